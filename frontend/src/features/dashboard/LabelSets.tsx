/** Frozen label sets, and their download as preference rows that TRL reads unchanged. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/client";
import { count, when } from "../../domain/format";
import { Panel, Problem } from "../../ui/parts";

export function LabelSets({ slug }: { slug: string }) {
  const client = useQueryClient();
  const sets = useQuery({ queryKey: ["label-sets", slug], queryFn: () => api.labelSets(slug), refetchInterval: 10_000 });
  const freeze = useMutation({
    mutationFn: () => api.freeze(slug),
    onSuccess: () => client.invalidateQueries({ queryKey: ["label-sets", slug] }),
  });
  return (
    <Panel
      title="Label sets"
      aside={
        <button type="button" className="button" onClick={() => freeze.mutate()} disabled={freeze.isPending}>
          Freeze now
        </button>
      }
    >
      {freeze.isError && <Problem error={freeze.error} />}
      {sets.isError && <Problem error={sets.error} />}
      {sets.data?.length === 0 && <p className="quiet">None yet. A training freezes one; so does the button.</p>}
      <ul className="label-sets">
        {sets.data?.map((set) => (
          <li key={set.id}>
            <span>
              <code>{set.digest.slice(0, 10)}</code> {count(set.size)} labels{" "}
              <span className="quiet">
                ({count(set.heldout_size)} held out), {when(set.created_at)}
              </span>
            </span>
            <span className="actions">
              {(["jsonl", "parquet"] as const).map((as) => (
                <a key={as} className="button" href={api.exportUrl(set.id, as)} download>
                  {as === "jsonl" ? "JSONL" : "Parquet"}
                  <span className="visually-hidden"> of label set {set.digest.slice(0, 10)}</span>
                </a>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

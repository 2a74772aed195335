/** Frozen label sets, and their download as preference rows that TRL reads unchanged. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { LabelSet } from "../../api/types";
import { count, when } from "../../domain/format";
import { Panel, Problem } from "../../ui/parts";

const SHOWN = 3;

function Downloads({ set, split, label }: { set: LabelSet; split: "train" | "heldout"; label: string }) {
  return (
    <span className="actions">
      <span className="quiet">{label}</span>
      {(["jsonl", "parquet"] as const).map((as) => (
        <a key={as} className="button" href={api.exportUrl(set.id, as, split)} download>
          {as === "jsonl" ? "JSONL" : "Parquet"}
          <span className="visually-hidden">
            {" "}
            of the {label.toLowerCase()} part of label set {set.digest.slice(0, 10)}
          </span>
        </a>
      ))}
    </span>
  );
}

function List({ sets }: { sets: LabelSet[] }) {
  return (
    <ul className="label-sets">
      {sets.map((set) => (
        <li key={set.id}>
          <span>
            <code>{set.digest.slice(0, 10)}</code> {count(set.size)} labels{" "}
            <span className="quiet">
              ({count(set.heldout_size)} held out), {when(set.created_at)}
            </span>
          </span>
          <Downloads set={set} split="train" label="Training" />
          <Downloads set={set} split="heldout" label="Held out" />
        </li>
      ))}
    </ul>
  );
}

export function LabelSets({ slug }: { slug: string }) {
  const client = useQueryClient();
  const sets = useQuery({ queryKey: ["label-sets", slug], queryFn: () => api.labelSets(slug), refetchInterval: 10_000 });
  const freeze = useMutation({
    mutationFn: () => api.freeze(slug),
    onSuccess: () => client.invalidateQueries({ queryKey: ["label-sets", slug] }),
  });
  const all = sets.data ?? [];
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
      <List sets={all.slice(0, SHOWN)} />
      {all.length > SHOWN && (
        <details>
          <summary>Earlier label sets</summary>
          <List sets={all.slice(SHOWN)} />
        </details>
      )}
    </Panel>
  );
}

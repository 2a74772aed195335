/** Frozen label sets, and their download as preference rows that TRL reads unchanged. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { LabelSet } from "../../api/types";
import { when } from "../../domain/format";
import { t, tn } from "../../i18n";
import { Panel, Problem } from "../../ui/parts";

const SHOWN = 3;

const PARTS = { train: "Training", heldout: "Held out" } as const;

function Downloads({ set, split }: { set: LabelSet; split: keyof typeof PARTS }) {
  const part = t(PARTS[split]);
  return (
    <span className="actions">
      <span className="quiet">{part}</span>
      {(["jsonl", "parquet"] as const).map((as) => (
        <a key={as} className="button" href={api.exportUrl(set.id, as, split)} download>
          {as === "jsonl" ? "JSONL" : "Parquet"}
          <span className="visually-hidden">: {t("{{part}}, label set {{digest}}", { part, digest: set.digest.slice(0, 10) })}</span>
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
            <code>{set.digest.slice(0, 10)}</code> {tn(set.size, "{{n}} label", "{{n}} labels")}{" "}
            <span className="quiet">
              {t("({{heldout}} held out), {{when}}", { heldout: set.heldout_size, when: when(set.created_at) })}
            </span>
          </span>
          <Downloads set={set} split="train" />
          <Downloads set={set} split="heldout" />
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
      title={t("Label sets")}
      aside={
        <button type="button" className="button" onClick={() => freeze.mutate()} disabled={freeze.isPending}>
          {t("Freeze now")}
        </button>
      }
    >
      {freeze.isError && <Problem error={freeze.error} />}
      {sets.isError && <Problem error={sets.error} />}
      {sets.data?.length === 0 && <p className="quiet">{t("None yet. A training freezes one; so does the button.")}</p>}
      <List sets={all.slice(0, SHOWN)} />
      {all.length > SHOWN && (
        <details>
          <summary>{t("Earlier label sets")}</summary>
          <List sets={all.slice(SHOWN)} />
        </details>
      )}
    </Panel>
  );
}

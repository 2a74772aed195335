/** Frozen label sets and every answer, as the files that trainers read unchanged. */

import "../../styles/gold.css";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "../../api/client";
import { csv } from "../../api/desk";
import type { LabelSet } from "../../api/types";
import { when } from "../../domain/format";
import { formatName } from "../../domain/names";
import { t, tn } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Panel, Problem } from "../../ui/parts";

const SHOWN = 3;

const PARTS = { train: "Training", heldout: "Held out", all: "Everything" } as const;
const FILES = { jsonl: "JSONL", parquet: "Parquet" } as const;

type Split = keyof typeof PARTS;
type File = keyof typeof FILES;

interface Wish {
  /** Empty for the first that the form can fill. */
  format: string;
  split: Split;
}

/** What a download holds: chosen once for all sets. */
function Wished({ wish, formats, onWish }: { wish: Wish; formats: string[]; onWish: (wish: Wish) => void }) {
  return (
    <div className="export-wish">
      <label>
        {t("Format")}
        <select value={wish.format || formats[0]} onChange={(event) => onWish({ ...wish, format: event.target.value })}>
          {formats.map((format) => (
            <option key={format} value={format}>
              {formatName(format)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("Part")}
        <select value={wish.split} onChange={(event) => onWish({ ...wish, split: event.target.value as Split })}>
          {(Object.keys(PARTS) as Split[]).map((split) => (
            <option key={split} value={split}>
              {t(PARTS[split])}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Downloads({ url, of }: { url: (as: File) => string; of: string }) {
  return (
    <span className="actions">
      {(Object.keys(FILES) as File[]).map((as) => (
        <a key={as} className="button" href={url(as)} download>
          {FILES[as]}
          <span className="visually-hidden">: {of}</span>
        </a>
      ))}
    </span>
  );
}

function List({ sets, wish }: { sets: LabelSet[]; wish: Wish }) {
  const part = t(PARTS[wish.split]);
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
          <Downloads
            url={(as) => api.exportUrl(set.id, wish.format || (set.formats[0] ?? ""), as, wish.split)}
            of={t("{{part}}, label set {{digest}}", { part, digest: set.digest.slice(0, 10) })}
          />
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
  const [wish, setWish] = useState<Wish>({ format: "", split: "train" });
  return (
    <Panel
      title={t("Label sets")}
      aside={
        <span className="actions">
          <CsvLink href={csv.table(slug, "label-sets")} of={t("Label sets")} />
          <button type="button" className="button" onClick={() => freeze.mutate()} disabled={freeze.isPending}>
            {t("Freeze now")}
          </button>
        </span>
      }
    >
      {freeze.isError && <Problem error={freeze.error} />}
      {sets.isError && <Problem error={sets.error} />}
      {sets.data?.length === 0 && <p className="quiet">{t("None yet. A training freezes one; so does the button.")}</p>}
      {all[0] && <Wished wish={wish} formats={all[0].formats} onWish={setWish} />}
      <List sets={all.slice(0, SHOWN)} wish={wish} />
      {all.length > SHOWN && (
        <details>
          <summary>{t("Earlier label sets")}</summary>
          <List sets={all.slice(SHOWN)} wish={wish} />
        </details>
      )}
      <div className="raw-answers">
        <span className="quiet">{t("Every answer as it was given, skips and corrections too")}</span>
        <Downloads url={(as) => api.answersUrl(slug, as)} of={t("all answers")} />
      </div>
    </Panel>
  );
}

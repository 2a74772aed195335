/** A dry run: what this campaign would ask first. Nothing is reserved and nobody is asked. */

import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { PreviewPair, PreviewSide } from "../../api/types";
import { count, decimal, percent } from "../../domain/format";
import { asked, summary } from "../../domain/messages";
import { Loading, Panel, Problem } from "../../ui/parts";

function Side({ name, side }: { name: string; side: PreviewSide }) {
  return (
    <div className={`preview-side preview-${name.toLowerCase()}`}>
      <p className="preview-text">{summary(side.completion, 260)}</p>
      <p className="quiet">
        reward {decimal(side.reward)} ·{" "}
        {side.mean === null ? "not scored yet" : `score ${decimal(side.mean)} ± ${decimal(side.spread)}`}
      </p>
    </div>
  );
}

function Pair({ pair }: { pair: PreviewPair }) {
  return (
    <li className="preview-pair">
      <p className="preview-prompt">{summary(asked(pair.prompt), 220)}</p>
      <div className="preview-sides">
        <Side name="A" side={pair.a} />
        <Side name="B" side={pair.b} />
      </div>
      <p className="quiet">
        {pair.stream === "random" ? "random share" : `value ${decimal(pair.value, 3)}`} · asked with probability{" "}
        {percent(pair.propensity, pair.propensity < 0.01 ? 2 : 0)}
      </p>
    </li>
  );
}

export function PreviewPanel({ slug }: { slug: string }) {
  const preview = useQuery({ queryKey: ["preview", slug], queryFn: () => api.preview(slug, 10) });
  return (
    <Panel title="Would ask these first">
      {preview.isPending && <Loading />}
      {preview.isError && <Problem error={preview.error} />}
      {preview.data && (
        <>
          <p className="quiet">
            {count(preview.data.pool_size)} pairs to choose from by {preview.data.acquisition}
            {preview.data.version === null ? "; nothing is learned yet, so the first round is random." : `, version ${preview.data.version}.`}
          </p>
          <ol className="preview-list">
            {preview.data.pairs.map((pair, index) => (
              <Pair key={index} pair={pair} />
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}

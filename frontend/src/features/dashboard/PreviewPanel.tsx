/** A dry run: what this campaign would ask first. Nothing is reserved and nobody is asked. */

import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Campaign, Preview, PreviewCard, PreviewSide } from "../../api/types";
import { count, decimal, percent } from "../../domain/format";
import { asked, summary } from "../../domain/messages";
import { titleOf } from "../../domain/strategies";
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

function PreviewedCard({ card }: { card: PreviewCard }) {
  return (
    <li className="preview-pair">
      <p className="preview-prompt">{summary(asked(card.prompt), 220)}</p>
      <div className="preview-sides">
        {card.completions.map((side, place) => (
          <Side key={side.rollout} name={String.fromCharCode(65 + place)} side={side} />
        ))}
      </div>
      <p className="quiet">
        <span className={card.stream === "random" ? "badge" : "badge badge-running"}>
          {card.stream === "random" ? "random share" : "strategy"}
        </span>{" "}
        {card.value !== null && `value ${decimal(card.value, 3)} · `}
        asked with probability {percent(card.propensity, card.propensity < 0.01 ? 2 : 0)}
      </p>
    </li>
  );
}

/** By what the pairs were chosen, and why by something else where the strategy has nothing to go by yet. */
function Chooser({ preview, acquisition }: { preview: Preview; acquisition: string }) {
  const used = preview.acquisition;
  const early = used === "stratified_random" ? "the cold start spreads questions over all kinds of prompts" : "nothing is learned yet";
  return (
    <p className="quiet">
      {count(preview.pool_size)} pairs to choose from, chosen by <strong>{titleOf(used)}</strong> ({used})
      {used !== acquisition && `, not yet by ${titleOf(acquisition)} (${acquisition}): ${early}`}
      {preview.version !== null && `; scores of version ${preview.version}`}.
    </p>
  );
}

export function PreviewPanel({ campaign }: { campaign: Campaign }) {
  const { slug, config } = campaign;
  const preview = useQuery({ queryKey: ["preview", slug], queryFn: () => api.preview(slug, 10) });
  return (
    <Panel title="Would ask these first">
      {preview.isPending && <Loading />}
      {preview.isError && <Problem error={preview.error} />}
      {preview.data && (
        <>
          <Chooser preview={preview.data} acquisition={config.acquisition} />
          <ol className="preview-list">
            {preview.data.cards.map((card, index) => (
              <PreviewedCard key={index} card={card} />
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}

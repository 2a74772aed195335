/** A dry run: what this campaign would ask first. Nothing is reserved and nobody is asked. */

import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Campaign, Preview, PreviewCard, PreviewSide } from "../../api/types";
import { decimal, percent } from "../../domain/format";
import { letter } from "../../domain/kinds/kind";
import { asked, summary } from "../../domain/messages";
import { titleOf } from "../../domain/strategies";
import { t, tn } from "../../i18n";
import { Beginning, Judged } from "../../ui/Judged";
import { Loading, Panel, Problem } from "../../ui/parts";

function Side({ name, side }: { name: string; side: PreviewSide }) {
  return (
    <div className={`preview-side preview-${name.toLowerCase()}`}>
      <p className="preview-text">
        <Beginning of={side.completion} length={260} />
      </p>
      <p className="quiet">
        {t("reward {{reward}}", { reward: decimal(side.reward) })} ·{" "}
        {side.mean === null
          ? t("not scored yet")
          : t("score {{mean}} ± {{spread}}", { mean: decimal(side.mean), spread: decimal(side.spread) })}
      </p>
    </div>
  );
}

function PreviewedCard({ card }: { card: PreviewCard }) {
  return (
    <li className="preview-pair">
      <p className="preview-prompt">
        <Judged text={summary(asked(card.prompt), 220)} />
      </p>
      <div className="preview-sides">
        {card.completions.map((side, place) => (
          <Side key={side.rollout} name={letter(place)} side={side} />
        ))}
      </div>
      <p className="quiet">
        <span className={card.stream === "random" ? "badge" : "badge badge-running"}>
          {card.stream === "random" ? t("random share") : t("strategy")}
        </span>{" "}
        {card.value !== null && `${t("value {{value}}", { value: decimal(card.value, 3) })} · `}
        {t("asked with probability {{share}}", { share: percent(card.propensity, card.propensity < 0.01 ? 2 : 0) })}
      </p>
    </li>
  );
}

/** By what the cards were chosen, and why by something else where the strategy has nothing to go by yet. */
function Chooser({ preview, acquisition }: { preview: Preview; acquisition: string }) {
  const used = preview.acquisition;
  const early =
    used === "stratified_random" ? t("the cold start spreads questions over all kinds of prompts") : t("nothing is learned yet");
  return (
    <p className="quiet">
      {tn(preview.pool_size, "{{n}} pair to choose from, chosen by", "{{n}} pairs to choose from, chosen by")}{" "}
      <strong>{titleOf(used)}</strong> ({used})
      {used !== acquisition && t(", not yet by {{title}} ({{name}}): {{reason}}", { title: titleOf(acquisition), name: acquisition, reason: early })}
      {preview.version !== null && t("; scores of version {{version}}", { version: String(preview.version) })}.
    </p>
  );
}

export function PreviewList({ preview, acquisition }: { preview: Preview; acquisition: string }) {
  return (
    <>
      <Chooser preview={preview} acquisition={acquisition} />
      {preview.cards.length === 0 && <p className="quiet">{t("There is nothing to ask about yet.")}</p>}
      <ol className="preview-list">
        {preview.cards.map((card, index) => (
          <PreviewedCard key={index} card={card} />
        ))}
      </ol>
    </>
  );
}

export function PreviewPanel({ campaign }: { campaign: Campaign }) {
  const { slug, config } = campaign;
  const preview = useQuery({ queryKey: ["preview", slug], queryFn: () => api.preview(slug, 20) });
  return (
    <Panel title={t("Would ask these first")}>
      {preview.isPending && <Loading />}
      {preview.isError && <Problem error={preview.error} />}
      {preview.data && <PreviewList preview={preview.data} acquisition={config.acquisition} />}
    </Panel>
  );
}

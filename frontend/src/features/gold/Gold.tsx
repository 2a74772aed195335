/** The cards of a campaign whose answer is known: what each is for, how people did on it, and its retirement. */

import "../../styles/gold.css";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Link, useParams } from "react-router";

import { csv } from "../../api/desk";
import { gold, type GoldItem } from "../../api/gold";
import { type Form, inWords } from "../../domain/form";
import { percent, when } from "../../domain/format";
import { letter } from "../../domain/kinds/kind";
import { asked, summary } from "../../domain/messages";
import { t, tn } from "../../i18n";
import { Content } from "../../ui/Content";
import { CsvLink } from "../../ui/CsvLink";
import { Judged } from "../../ui/Judged";
import { Badge, Loading, Page, Problem } from "../../ui/parts";
import { useCampaign } from "../campaigns/useCampaign";
import { CampaignNav } from "../dashboard/CampaignNav";

function howPeopleDid({ scored, mean_score }: GoldItem): string {
  if (scored === 0) return t("Nobody has answered it yet");
  return tn(scored, "{{n}} answer, {{share}} right", "{{n}} answers, {{share}} right", { share: percent(mean_score) });
}

function Retire({ slug, item }: { slug: string; item: GoldItem }) {
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const retire = useMutation({
    mutationFn: () => gold.retire(slug, item.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ["gold", slug] }),
  });
  if (!sure) {
    return (
      <button type="button" className="button" onClick={() => setSure(true)}>
        {t("Retire")}
      </button>
    );
  }
  return (
    <div className="retire">
      <p className="quiet">{t("Nobody will see it any more. The scores it gave stay.")}</p>
      {retire.isError && <Problem error={retire.error} />}
      <div className="actions">
        <button type="button" className="button" autoFocus onClick={() => retire.mutate()} disabled={retire.isPending}>
          {t("Retire it for good")}
        </button>
        <button type="button" className="button quiet-button" onClick={() => setSure(false)}>
          {t("Keep it")}
        </button>
      </div>
    </div>
  );
}

function Item({ slug, item, form }: { slug: string; item: GoldItem; form: Form }) {
  const title = useId();
  return (
    <article className="panel gold-item" aria-labelledby={title}>
      <div className="panel-head">
        <h2 id={title}><Judged text={summary(asked(item.prompt), 140)} /></h2>
        {item.retired_at && <Badge state="retired" />}
      </div>
      <p className="right-answer">{inWords(form, item.answer)}</p>
      <p className="gold-facts">
        <span className={`gold-use is-${item.use}`}>{item.use === "gold" ? t("Measures everybody") : t("Teaches newcomers")}</span>
        <span>{howPeopleDid(item)}</span>
        <span>{when(item.at)}</span>
      </p>
      <details>
        <summary>{t("The texts, and why")}</summary>
        {item.explanation ? <Content text={item.explanation} ours /> : <p className="quiet">{t("No reason was written down.")}</p>}
        <Content text={item.prompt} />
        <div className="lesson-texts">
          {item.completions.map((text, place) => (
            <div key={item.rollouts[place]} className="lesson-text">
              <h3>{letter(place)}</h3>
              <Content text={text} />
            </div>
          ))}
        </div>
      </details>
      {!item.retired_at && <Retire slug={slug} item={item} />}
    </article>
  );
}

export default function Gold() {
  const { slug = "" } = useParams();
  const campaign = useCampaign(slug);
  const items = useQuery({ queryKey: ["gold", slug], queryFn: () => gold.items(slug) });
  const all = items.data ?? [];
  const inUse = all.filter((item) => !item.retired_at);
  return (
    <Page
      title={campaign.data ? t("{{campaign}}: known answers", { campaign: campaign.data.name }) : t("Known answers")}
      actions={
        <>
          <CsvLink href={csv.table(slug, "gold")} of={t("Known answers")} />
          <Link className="button primary" to={`/campaigns/${slug}/gold/new`}>
            {t("Answer a card yourself")}
          </Link>
        </>
      }
    >
      <CampaignNav slug={slug} />
      {(items.isPending || campaign.isPending) && <Loading />}
      {items.isError && <Problem error={items.error} />}
      {campaign.isError && <Problem error={campaign.error} />}
      {items.isSuccess && (
        <p className="quiet lead">
          {tn(inUse.length, "{{n}} card in use.", "{{n}} cards in use.")}{" "}
          {t("They teach newcomers and measure everybody. Make one here, or from an answer in Review.")}
        </p>
      )}
      {campaign.data &&
        [...inUse, ...all.filter((item) => item.retired_at)].map((item) => (
          <Item key={item.id} slug={slug} item={item} form={campaign.data.form} />
        ))}
    </Page>
  );
}

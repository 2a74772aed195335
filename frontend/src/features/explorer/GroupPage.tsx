/** A group whole: its prompt, every completion with its rewards and scores, and every label people gave. */

import "../../styles/desk.css";

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useLocation, useParams } from "react-router";

import { csv, desk, type GivenLabel, type WholeGroup, type WholeRollout } from "../../api/desk";
import { reasonInWords, type SkipReason } from "../../domain/answers";
import { type Answer, inWords } from "../../domain/form";
import { decimal, seconds, when } from "../../domain/format";
import { asked, summary } from "../../domain/messages";
import { streamName } from "../../domain/names";
import { t, tn } from "../../i18n";
import { Content } from "../../ui/Content";
import { CsvLink } from "../../ui/CsvLink";
import { Loading, Page, Panel } from "../../ui/parts";
import { NothingHere, outOfReach, Stopped } from "../../ui/Stopped";
import { Table, TableRow } from "../../ui/Table";
import { useCampaign } from "../campaigns/useCampaign";
import { GoldLinks } from "../gold/GoldLinks";

function Facts({ rollout }: { rollout: WholeRollout }) {
  return (
    <p className="rollout-facts">
      <span>
        {t("reward")} <strong>{decimal(rollout.reward)}</strong>
      </span>
      {Object.entries(rollout.reward_parts).map(([name, part]) => (
        <span key={name}>
          {name} <strong>{decimal(part)}</strong>
        </span>
      ))}
      {rollout.scores.map((score) => (
        <span key={`${score.model} ${score.version}`}>
          {t("{{model}} v{{version}}", { model: score.model, version: String(score.version) })}{" "}
          <strong>
            {decimal(score.mean)} ± {decimal(score.spread)}
          </strong>
        </span>
      ))}
      {rollout.generator && <span>{rollout.generator}</span>}
    </p>
  );
}

function Labels({ group }: { group: WholeGroup }) {
  const names = new Map(group.rollouts.map((rollout) => [rollout.id, rollout.ordinal]));
  const slugs = [...new Set(group.labels.map((label) => label.campaign))];
  return (
    <Panel title={t("Labels given")} aside={
        <span className="quiet">
          {tn(group.labels.length, "{{n}} answer", "{{n}} answers")} · <CsvLink href={csv.groupLabels(group.id)} of={t("Labels given")} />
        </span>
      }>
      {group.labels.length === 0 && <p className="quiet">{t("Nobody was asked about this group yet.")}</p>}
      {slugs.map((slug) => (
        <LabelsOf key={slug} slug={slug} names={names} labels={group.labels.filter((label) => label.campaign === slug)} />
      ))}
    </Panel>
  );
}

function LabelsOf({ slug, labels, names }: { slug: string; labels: GivenLabel[]; names: Map<number, number> }) {
  const campaign = useCampaign(slug);
  const said = (label: GivenLabel) => {
    if (label.skip) return t("Passed: {{reason}}", { reason: reasonInWords(label.skip as SkipReason) });
    return campaign.data ? inWords(campaign.data.form, label.answer as Answer) : "…";
  };
  return (
    <>
      <Table
        name={t("Labels given in {{campaign}}", { campaign: slug })}
        heads={[t("Annotator"), t("About (A, B, … in this order)"), t("Answer"), t("Stream"), t("Time"), t("When")]}
        figures={[4]}
      >
        {labels.map((label) => (
          <TableRow
            key={label.annotation}
            cells={[
              label.annotator,
              label.rollouts.map((rollout) => `#${names.get(rollout) ?? rollout}`).join(", "),
              <>
                {said(label)}
                {label.revised && <span className="cell-detail">{t("corrected since")}</span>}
                {label.comment && <span className="cell-detail">{label.comment}</span>}
              </>,
              streamName(label.stream),
              seconds(label.active_ms),
              when(label.at),
            ]}
          />
        ))}
      </Table>
      <Link to={`/campaigns/${slug}`}>{slug}</Link>
    </>
  );
}

export default function GroupPage() {
  const { group: id = "" } = useParams();
  return /^\d+$/.test(id) ? <OneGroup id={id} /> : <NothingHere />;
}

function OneGroup({ id }: { id: string }) {
  const { hash } = useLocation();
  const group = useQuery({ queryKey: ["group", id], queryFn: () => desk.group(Number(id)) });
  const here = group.data ? hash.slice(1) : "";
  useEffect(() => {
    if (here) document.getElementById(here)?.scrollIntoView({ block: "start" });
  }, [here]);
  if (group.isError && (!group.data || outOfReach(group.error))) {
    return <Stopped error={group.error} to="/explorer" place={t("All rollouts")} retry={() => void group.refetch()} />;
  }
  if (!group.data) {
    return (
      <Page title={t("Group")}>
        <Loading />
      </Page>
    );
  }
  const { run, step, external_id, prompt, rollouts } = group.data;
  const scored = rollouts.some((rollout) => rollout.scores.length > 0);
  return (
    <Page
      title={summary(asked(prompt), 90)}
      actions={
        <>
          <CsvLink href={csv.groupRollouts(group.data.id)} of={t("its completions")} />
          <GoldLinks run={run} group={group.data.id} />
          <Link className="button" to={`/explorer?run=${encodeURIComponent(run)}&step_min=${step}&step_max=${step}`}>
            {t("More of this step")}
          </Link>
        </>
      }
    >
      <p className="lead quiet">
        <Link to={`/runs/${encodeURIComponent(run)}`}>{run}</Link> · {t("step {{step}}", { step })} · {external_id} ·{" "}
        {tn(rollouts.length, "{{n}} completion", "{{n}} completions")}
        {` · ${scored ? t("a score stands with how far its draws differ (±)") : t("not scored yet")}`}
      </p>
      <Panel title={t("Prompt")}>
        <Content text={prompt} />
      </Panel>
      <Labels group={group.data} />
      {rollouts.map((rollout) => (
        <section key={rollout.id} id={`rollout-${rollout.id}`} className="panel whole-rollout" aria-label={t("Completion {{n}}", { n: String(rollout.ordinal) })}>
          <div className="panel-head">
            <h2>#{rollout.ordinal}</h2>
            {here === `rollout-${rollout.id}` && <span className="badge badge-open">{t("the one you looked for")}</span>}
          </div>
          <Facts rollout={rollout} />
          <Content text={rollout.completion} />
        </section>
      ))}
    </Page>
  );
}

/** Stating a right answer by giving it: a group of the campaign, some of its completions, and the form. */

import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";

import { gold, type GoldCard } from "../../api/gold";
import type { Card, MyCampaign, User } from "../../api/types";
import type { Begun, HalfSaid } from "../../domain/begun";
import { type Answer, answerOf, inWords } from "../../domain/form";
import { t } from "../../i18n";
import { Beginning } from "../../ui/Judged";
import { Loading, Page, Problem } from "../../ui/parts";
import { useCampaign } from "../campaigns/useCampaign";
import { type Filled, Filling } from "../filling/Filling";
import { type Kept, useHalfSaid } from "../filling/useHalfSaid";
import { MakeGold, NO_REASON, type Why } from "./MakeGold";

/** The form in hand begins anew with another choice of completions, which so has a number of its own. */
function numberOf(chosen: readonly number[]): number {
  return [...chosen].sort((x, y) => x - y).reduce((sum, rollout) => (sum * 31 + rollout) % 1_000_000_007, 7);
}

function cardOf({ prompt, completions }: GoldCard, chosen: readonly number[]): Card {
  const shown = completions.filter(({ rollout }) => chosen.includes(rollout));
  const assignment = numberOf(chosen);
  return { assignment, lease_number: 0, leased_until: "", prompt, completions: shown.map(({ text, steps }) => ({ text, steps })) };
}

interface ChoiceProps {
  group: GoldCard;
  chosen: readonly number[];
  wanted: number;
  onChoose: (chosen: readonly number[]) => void;
}

/** Which completions of the group are shown; as many as a card of the campaign has. */
function Chosen({ group, chosen, wanted, onChoose }: ChoiceProps) {
  const toggle = (rollout: number) =>
    onChoose(chosen.includes(rollout) ? chosen.filter((one) => one !== rollout) : [...chosen, rollout].slice(-wanted));
  return (
    <details className="gold-choice" open={chosen.length !== wanted || undefined}>
      <summary>{t("Which completions: {{n}} of {{all}}", { n: wanted, all: group.completions.length })}</summary>
      <ul>
        {group.completions.map(({ rollout, text }) => (
          <li key={rollout}>
            <label className="check">
              <input type="checkbox" checked={chosen.includes(rollout)} onChange={() => toggle(rollout)} />
              <Beginning of={text} length={110} />
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface AnsweringProps {
  campaign: MyCampaign;
  group: GoldCard;
  kept: Kept;
  onPass: () => void;
}

function Answering({ campaign, group, kept, onPass }: AnsweringProps) {
  const navigate = useNavigate();
  const wanted = campaign.completions;
  const left = useMemo(() => halfOf(kept, group), [kept, group]);
  const [chosen, choose] = useState<readonly number[]>(() => left?.known?.chosen ?? group.completions.slice(0, wanted).map(({ rollout }) => rollout));
  const [why, setWhy] = useState<Why>(left?.known ?? NO_REASON);
  const [said, setSaid] = useState<HalfSaid | null>(left);
  const [answer, setAnswer] = useState<Answer | null>(() => (left?.known?.stated ? answerOf(campaign.form, left.filled) : null));
  const ready = chosen.length === wanted;
  const shown = useMemo(() => group.completions.filter(({ rollout }) => chosen.includes(rollout)), [group, chosen]);
  const card = useMemo(() => cardOf(group, chosen), [group, chosen]);
  const onSay = useCallback(({ answer }: Filled) => setAnswer(answer), []);
  const stated = answer !== null;
  useEffect(() => {
    const { use, explanation } = why;
    if (said) kept.keep("known", card, said, { group: group.group, chosen, use, explanation, stated });
    else kept.drop("known");
  }, [card, chosen, group, kept, said, stated, why]);
  const onAnother = useCallback(() => {
    kept.drop("known");
    onPass();
  }, [kept, onPass]);
  const above = <Chosen group={group} chosen={chosen} wanted={wanted} onChoose={choose} />;
  const back = `/campaigns/${campaign.slug}/gold`;
  if (!ready) {
    return (
      <Page title={t("State the right answer")} actions={<Link className="button" to={back}>{t("Back to known answers")}</Link>}>
        <p>{t("Choose {{n}} completions to go on.", { n: wanted })}</p>
        {above}
      </Page>
    );
  }
  return (
    <>
      <Filling
        title={t("State the right answer")}
        campaign={campaign}
        card={card}
        begun={left}
        onBegun={setSaid}
        tools={
          <Link className="button quiet-button" to={back}>
            {t("Back to known answers")}
          </Link>
        }
        above={above}
        notice=""
        busy={answer !== null}
        withNote={false}
        pass={t("Another")}
        onPass={onAnother}
        onSay={onSay}
      />
      {answer && (
        <MakeGold
          slug={campaign.slug}
          about={{ rollouts: shown.map(({ rollout }) => rollout), answer }}
          words={inWords(campaign.form, answer)}
          why={why}
          onWhy={setWhy}
          onClose={() => setAnswer(null)}
          onMade={() => {
            kept.drop("known");
            void navigate(back);
          }}
        />
      )}
    </>
  );
}

/** What an earlier page left of this group, where all that it was about is still here. */
function halfOf(kept: Kept, group: GoldCard): Begun | null {
  const left = kept.of("known");
  const here = new Set(group.completions.map(({ rollout }) => rollout));
  return left?.known?.group === group.group && left.known.chosen.every((rollout) => here.has(rollout)) ? left : null;
}

export default function NewGold({ user }: { user: User }) {
  const { slug = "" } = useParams();
  const kept = useHalfSaid(user.id, slug);
  const campaign = useCampaign(slug);
  if (campaign.error || !campaign.data || !kept) {
    return <Page title={t("State the right answer")}>{campaign.error ? <Problem error={campaign.error} /> : <Loading />}</Page>;
  }
  return <Drawn campaign={campaign.data} kept={kept} />;
}

/** The group in the address, else the one that was begun, else any. */
function Drawn({ campaign, kept }: { campaign: MyCampaign; kept: Kept }) {
  const { slug } = campaign;
  const [address, setAddress] = useSearchParams();
  const [turn, setTurn] = useState(0);
  const [begun] = useState(() => kept.of("known")?.known?.group ?? null);
  const wish = turn > 0 ? null : Number(address.get("group")) || begun;
  const group = useQuery({
    queryKey: ["gold-card", slug, wish, turn],
    // What was begun may be about a group that is gone by now.
    queryFn: () => gold.card(slug, wish).catch((error: unknown) => (wish === begun && begun !== null ? gold.card(slug, null) : Promise.reject(error as Error))),
    staleTime: Infinity,
    gcTime: 0,
  });
  const another = useCallback(() => {
    setAddress({}, { replace: true });
    setTurn((before) => before + 1);
  }, [setAddress]);
  if (group.error || !group.data) {
    return (
      <Page title={t("State the right answer")}>
        {group.error ? <Problem error={group.error} /> : <Loading />}
        {group.error && <Link to={`/campaigns/${slug}/gold`}>{t("Back to known answers")}</Link>}
      </Page>
    );
  }
  return <Answering key={`${group.data.group}-${turn}`} campaign={campaign} group={group.data} kept={kept} onPass={another} />;
}

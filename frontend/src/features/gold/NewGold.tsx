/** Stating a right answer by giving it: a group of the campaign, some of its completions, and the form. */

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";

import { gold, type GoldCard } from "../../api/gold";
import type { Card, MyCampaign } from "../../api/types";
import { type Answer, inWords } from "../../domain/form";
import { summary } from "../../domain/messages";
import { t } from "../../i18n";
import { Judged } from "../../ui/Judged";
import { Loading, Page, Problem } from "../../ui/parts";
import { useCampaign } from "../campaigns/useCampaign";
import { type Filled, Filling } from "../filling/Filling";
import { MakeGold } from "./MakeGold";

/** Another choice of completions is another card to the form in hand. */
let made = 0;

function cardOf({ prompt, completions }: GoldCard, chosen: readonly number[]): Card {
  made += 1;
  const shown = completions.filter(({ rollout }) => chosen.includes(rollout));
  return { assignment: made, lease_number: 0, leased_until: "", prompt, completions: shown.map(({ text, steps }) => ({ text, steps })) };
}

interface ChoiceProps {
  group: GoldCard;
  chosen: number[];
  wanted: number;
  onChoose: (chosen: number[]) => void;
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
              <Judged text={summary(text, 110)} />
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Answering({ campaign, group, onPass }: { campaign: MyCampaign; group: GoldCard; onPass: () => void }) {
  const navigate = useNavigate();
  const wanted = campaign.completions;
  const [chosen, choose] = useState(() => group.completions.slice(0, wanted).map(({ rollout }) => rollout));
  const [answer, setAnswer] = useState<Answer | null>(null);
  const ready = chosen.length === wanted;
  const shown = useMemo(() => group.completions.filter(({ rollout }) => chosen.includes(rollout)), [group, chosen]);
  const card = useMemo(() => cardOf(group, chosen), [group, chosen]);
  const onSay = useCallback((said: Filled) => setAnswer(said.answer), []);
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
        onPass={onPass}
        onSay={onSay}
      />
      {answer && (
        <MakeGold
          slug={campaign.slug}
          about={{ rollouts: shown.map(({ rollout }) => rollout), answer }}
          words={inWords(campaign.form, answer)}
          onClose={() => setAnswer(null)}
          onMade={() => void navigate(back)}
        />
      )}
    </>
  );
}

export default function NewGold() {
  const { slug = "" } = useParams();
  const [address, setAddress] = useSearchParams();
  const [turn, setTurn] = useState(0);
  const wish = Number(address.get("group")) || null;
  const campaign = useCampaign(slug);
  const group = useQuery({ queryKey: ["gold-card", slug, wish, turn], queryFn: () => gold.card(slug, wish), staleTime: Infinity, gcTime: 0 });
  const error = campaign.error ?? group.error;
  const another = useCallback(() => {
    setAddress({}, { replace: true });
    setTurn((before) => before + 1);
  }, [setAddress]);
  if (error || !campaign.data || !group.data) {
    return (
      <Page title={t("State the right answer")}>
        {error ? <Problem error={error} /> : <Loading />}
        {error && <Link to={`/campaigns/${slug}/gold`}>{t("Back to known answers")}</Link>}
      </Page>
    );
  }
  return <Answering key={`${group.data.group}-${turn}`} campaign={campaign.data} group={group.data} onPass={another} />;
}

/** What a manager should look at, in words, what to do about it, and where. */

import type { Alarm } from "../api/desk";
import { t, tn } from "../i18n";
import { count, decimal, percent } from "./format";

export interface Told {
  text: string;
  /** What somebody can do about it. */
  advice: string;
  /** A path below the campaign's own, or an absolute one. */
  to: string | null;
  /** What the link does, where it does more than show. */
  action?: string;
}

const number = (value: unknown) => (typeof value === "number" ? value : 0);
const word = (value: unknown) => (typeof value === "string" ? value : "");

const NAMED = 3;
/** Said once, however many people it is about. */
const ABOUT_PEOPLE = new Set(["side_bias", "gold_low"]);

/** Alarms in their order, those about people gathered into one each. */
export function gathered(alarms: readonly Alarm[]): Alarm[][] {
  const found: Alarm[][] = [];
  for (const alarm of alarms) {
    const alike = ABOUT_PEOPLE.has(alarm.code) && found.find(([first]) => first?.code === alarm.code);
    if (alike) alike.push(alarm);
    else found.push([alarm]);
  }
  return found;
}

function names(alarms: readonly Alarm[]): string {
  const [first, rest] = [alarms.slice(0, NAMED).map(({ about }) => word(about.name)), Math.max(0, alarms.length - NAMED)];
  return rest > 0 ? tn(rest, "{{names}} and {{n}} more", "{{names}} and {{n}} more", { names: first.join(", ") }) : first.join(", ");
}

function ofPeople(alarms: readonly Alarm[]): Told {
  const [{ code = "", about = {} } = {}, n] = [alarms[0], alarms.length];
  if (code === "gold_low") {
    const advice = t("Look at what they missed: pause them, or retire a card that is wrong.");
    if (n > 1) return { text: tn(n, "{{n}} person often misses known answers: {{names}}.", "{{n}} people often miss known answers: {{names}}.", { names: names(alarms) }), advice, to: "quality" };
    return { text: t("{{name}} meets items with a known answer at {{share}}.", { name: word(about.name), share: percent(number(about.share)) }), advice, to: "quality" };
  }
  const advice = t("Compare with their repeats, and remind them to read both sides.");
  if (n > 1) {
    return {
      text: tn(n, "{{n}} person prefers one side more than chance explains: {{names}}.", "{{n}} people prefer one side more than chance explains: {{names}}.", { names: names(alarms) }),
      advice,
      to: "quality",
    };
  }
  const name = word(about.name);
  const text =
    about.side === "left"
      ? t("{{name}} prefers the left side more than chance explains.", { name })
      : t("{{name}} prefers the right side more than chance explains.", { name });
  return { text, advice, to: "quality" };
}

function nearlyOut({ what, left, cap, currency }: Alarm["about"]): string {
  const amounts = { left: decimal(left, 1), cap: decimal(cap, 1) };
  if (what === "hours") return t("{{left}} of {{cap}} paid hours are left.", amounts);
  if (what === "money") return t("{{left}} of {{cap}} {{currency}} are left.", { left: decimal(left, 2), cap: decimal(cap, 2), currency: word(currency) });
  return tn(Math.floor(number(left)), "{{n}} label of the budget is left.", "{{n}} labels of the budget are left.");
}

function endsEarly({ what, n, unasked }: Alarm["about"]): Pick<Told, "text" | "advice"> {
  const labels = { n: count(number(n)), unasked: count(number(unasked)) };
  if (what === "hours") {
    return {
      text: t("At what an answer takes so far, the paid hours last for {{n}} more labels: {{unasked}} would never be asked for.", labels),
      advice: t("Top up the hours to use all labels."),
    };
  }
  return {
    text: t("At what an answer costs so far, the money lasts for {{n}} more labels: {{unasked}} would never be asked for.", labels),
    advice: t("Top up the money to use all labels."),
  };
}

function toRead(flagged: number, corrected: number): string {
  const parts = [
    flagged > 0 && tn(flagged, "{{n}} flagged answer waits to be read.", "{{n}} flagged answers wait to be read."),
    corrected > 0 && tn(corrected, "{{n}} answer was corrected after it came back, and waits to be read.", "{{n}} answers were corrected after they came back, and wait to be read."),
  ];
  return parts.filter(Boolean).join(" ");
}

function failed(kind: unknown): Pick<Told, "text" | "advice"> {
  if (kind === "policy") return { text: t("The last policy training failed."), advice: t("Read its log; the next version that is promoted starts another.") };
  return { text: t("The last training failed."), advice: t("Read its log, and train again with “Retrain now”.") };
}

export function told(alarms: readonly Alarm[]): Told {
  const [{ code = "", about = {} } = {}] = alarms;
  const topUp = { to: "?top-up=yes", action: t("Top up") };
  switch (code) {
    case "strategy_worse":
      return {
        text: t("The strategy teaches less per answer than chance does."),
        advice: t("Where it falls back, questions are drawn by chance until that changes."),
        to: "learning",
      };
    case "job_failed":
      return { ...failed(about.kind), to: `/jobs/${number(about.job)}` };
    case "rollouts_unscored":
      return {
        text: tn(number(about.n), "{{n}} rollout is not scored yet by the version in production.", "{{n}} rollouts are not scored yet by the version in production."),
        advice: t("A worker scores them by itself: see that one is running."),
        to: null,
      };
    case "budget_out":
      if (about.what === "hours") return { text: t("The paid hours are used up: nothing more is asked."), advice: t("Top them up, or close the campaign."), ...topUp };
      if (about.what === "money") return { text: t("The money is used up: nothing more is asked."), advice: t("Top it up, or close the campaign."), ...topUp };
      return {
        text:
          number(about.kept) > 0
            ? tn(number(about.kept), "The budget is used up: nothing more is asked, and {{n}} label is kept in reserve.", "The budget is used up: nothing more is asked, and {{n}} labels are kept in reserve.")
            : t("The budget is used up: nothing more is asked."),
        advice: t("Top it up, or close the campaign."),
        ...topUp,
      };
    case "budget_given_out":
      return {
        text: tn(number(about.n), "The whole budget is given out: {{n}} open card is the last.", "The whole budget is given out: {{n}} open cards are the last."),
        advice: t("Top it up to go on asking."),
        ...topUp,
      };
    case "budget_nearly_out":
      return {
        text: nearlyOut(about),
        advice: t("Top it up to go on asking."),
        ...topUp,
      };
    case "budget_ends_early":
      return { ...endsEarly(about), ...topUp };
    case "none_stated":
      return {
        text:
          about.use === "training"
            ? t("No training card has a right answer yet: newcomers are not trained.")
            : t("No known answer is stated yet: nobody is measured."),
        advice: t("State right answers; they are shown from then on."),
        to: "gold",
      };
    case "waits_for_others":
      return {
        text: tn(number(about.n), "{{n}} card waits for somebody else: who answers now has judged it already.", "{{n}} cards wait for somebody else: who answers now has judged them already."),
        advice: t("Each needs answers of several people: invite more, or remind those who are away."),
        to: "people",
      };
    case "keeper_silent":
      return {
        text: tn(number(about.minutes), "Answers have not reached the queue for {{n}} minute: is keep_queues running?", "Answers have not reached the queue for {{n}} minutes: is keep_queues running?"),
        advice: t("Nothing is lost meanwhile; start manage.py keep_queues."),
        to: null,
      };
    case "nobody_active":
      return {
        text: tn(number(about.minutes), "Nobody has answered for {{n}} minute, and cards are waiting.", "Nobody has answered for {{n}} minutes, and cards are waiting."),
        advice: t("Invite people, or see who is paused."),
        to: "people",
      };
    case "side_bias":
    case "gold_low":
      return ofPeople(alarms);
    case "to_read":
      return {
        text: toRead(number(about.flagged), number(about.corrected)),
        advice: t("Accept them, or return them with a note."),
        to: "review?state=waiting",
      };
    default:
      return { text: code, advice: "", to: null };
  }
}

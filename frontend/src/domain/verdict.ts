/** A strategy's measurements as one sentence a manager can act on. Every estimate comes with its interval. */

import type { Lift, Saved, StrategyCheck, StrategyStatus } from "../api/types";
import { t, tn } from "../i18n";
import { count, decimal, percent } from "./format";

/** Tenths, or hundredths where they decide between more and less than one: 12, 1.6, 1.03, 0.85. */
export function times(value: number): string {
  return decimal(value, value >= 9.95 ? 0 : value < 1.05 ? 2 : 1);
}

type Show = (value: number) => string;

/** "1.1 to 2.4"; an end that the data do not set is left open, never invented. */
function range(low: number | null, high: number | null, show: Show): string {
  if (low !== null && high !== null) return t("{{low}} to {{high}}", { low: show(low), high: show(high) });
  if (high !== null) return t("up to {{high}}", { high: show(high) });
  if (low !== null) return t("from {{low}} up", { low: show(low) });
  return t("open at both ends");
}

/** "95% interval 1.1 to 2.4". */
export function interval(low: number | null, high: number | null, show: Show): string {
  return t("95% interval {{range}}", { range: range(low, high, show) });
}

/** A ratio of nought is no end: it says that some drawings of the data never got there. */
function savedEnds({ low, high }: Saved): [low: number | null, high: number | null] {
  return [low > 0 ? low : null, high];
}

export function savedRange(saved: Saved): string {
  return range(...savedEnds(saved), times);
}

export function savedInterval(saved: Saved): string {
  return interval(...savedEnds(saved), times);
}

/** What an interval without any end says of a ratio is nothing, whatever its middle. */
export function measured(saved: Saved | null): Saved | null {
  return saved && savedEnds(saved).some((end) => end !== null) ? saved : null;
}

/** "1.6", or "at most 0.40" where the answers there are do not reach further. */
export function bounded({ ratio, bound }: Saved, show: Show = times): string {
  const value = show(ratio);
  if (bound === "none") return value;
  return bound === "at_most" ? t("at most {{value}}", { value }) : t("at least {{value}}", { value });
}

function inAnswers(saved: Saved): string {
  const values = { ratio: times(saved.ratio), interval: savedInterval(saved) };
  if (saved.bound === "at_most") return t("each answer teaches at most as much as {{ratio}} random ones ({{interval}})", values);
  if (saved.bound === "at_least") return t("each answer teaches at least as much as {{ratio}} random ones ({{interval}})", values);
  if (saved.ratio < 1) return t("each answer teaches only as much as {{ratio}} random ones ({{interval}})", values);
  return t("each answer teaches as much as {{ratio}} random ones ({{interval}})", values);
}

function inNats({ mean, low, high }: Lift): string {
  const nats = (value: number) => decimal(value, 3);
  const values = { nats: nats(Math.abs(mean)), interval: interval(low, high, nats) };
  return mean < 0
    ? t("it foretells random answers by {{nats}} nats worse than chance does ({{interval}})", values)
    : t("it foretells random answers by {{nats}} nats better than chance does ({{interval}})", values);
}

/** In answers, unless their wider interval would contradict a verdict that the lift has settled. */
function amount({ verdict, lift, ...check }: StrategyCheck): string | null {
  const saved = measured(check.saved);
  const settled = verdict === "better" || verdict === "worse";
  const agrees = saved !== null && (verdict === "better" ? saved.low > 1 : saved.high !== null && saved.high < 1);
  if (saved && (agrees || !settled)) return inAnswers(saved);
  return lift ? inNats(lift) : null;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const OPENING = {
  better: "{{found}}",
  unproven: "Not shown to beat chance yet: {{found}}",
  worse: "Worse than chance: {{found}}",
  too_early: "Too early to tell: {{found}}",
} as const satisfies Record<StrategyCheck["verdict"], string>;

/** What the latest check found, in one sentence. */
export function verdictSentence(check: StrategyCheck): string {
  const amounts = amount(check);
  if (amounts === null) {
    return tn(
      check.judged_by,
      "Too early to tell: {{n}} random answer so far, and an interval needs more.",
      "Too early to tell: {{n}} random answers so far, and an interval needs more.",
    );
  }
  const found = capital(t(OPENING[check.verdict], { found: amounts }));
  return tn(check.judged_by, "{{found}}, judged by {{n}} random answer.", "{{found}}, judged by {{n}} random answers.", { found });
}

/** What the campaign does now, and why. */
export function stateSentence(strategy: StrategyStatus, randomShare: number, fallBack: boolean): string {
  if (strategy.state === "cold") {
    const left = strategy.answers_to_go;
    if (left === null) {
      return t("Cold start: questions are drawn at random until the first version is trained; then the strategy takes over.");
    }
    return tn(
      left,
      "Cold start: questions are spread over all kinds of prompts. After {{n}} more answer the strategy takes over.",
      "Cold start: questions are spread over all kinds of prompts. After {{n}} more answers the strategy takes over.",
    );
  }
  if (strategy.state === "fallen_back") {
    const worse = strategy.checks.at(-1)?.verdict === "worse";
    return worse
      ? t("Fallen back: the strategy was measured to be worse than chance, so the campaign now asks at random until that changes.")
      : t("Fallen back: the strategy was not shown to beat chance in time, so the campaign now asks at random until that changes.");
  }
  if (strategy.acquisition === "random") return t("Questions are chosen at random, so there is no strategy to judge.");
  if (randomShare <= 0) return t("No question is asked at random, so nothing can show whether the strategy pays.");
  const share = percent(randomShare, Number.isInteger(Math.round(randomShare * 1000) / 10) ? 0 : 1);
  const judged = t("The strategy chooses the questions; {{share}} are asked at random, to judge it.", { share });
  return fallBack ? judged : `${judged} ${t("Falling back is switched off: it keeps going whatever they show.")}`;
}

/** Before the first check there is nothing to report, and it says so. */
export function latestSentence(strategy: StrategyStatus): string {
  const latest = strategy.checks.at(-1);
  return latest ? verdictSentence(latest) : t("Not judged yet: too few random answers.");
}

/** How many random answers the campaign's stand in for, beyond themselves; negative: lost, not saved. */
export interface LabelsSaved {
  middle: string;
  interval: string;
}

export function labelsSaved(answers: number, saved: Saved | null): LabelsSaved | null {
  if (!saved || answers <= 0) return null;
  const beyond = (ratio: number) => Math.round(answers * (ratio - 1));
  return {
    middle: bounded(saved, (ratio) => count(beyond(ratio))),
    interval: interval(beyond(saved.low), saved.high === null ? null : beyond(saved.high), count),
  };
}


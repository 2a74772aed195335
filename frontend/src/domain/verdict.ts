/** A strategy's measurements as one sentence a manager can act on. Every estimate comes with its interval. */

import type { Lift, Saved, StrategyCheck, StrategyStatus } from "../api/types";
import { count, decimal, plural } from "./format";

/** Tenths, or hundredths where they decide between more and less than one: 12, 1.6, 1.03, 0.85. */
export function times(value: number): string {
  if (value >= 9.95) return value.toFixed(0);
  return value.toFixed(value < 1.05 ? 2 : 1);
}

/** "95% interval 1.1 to 2.4"; an end that the data do not set is left open, never invented. */
export function interval(low: number | null, high: number | null, show: (value: number) => string): string {
  if (low !== null && high !== null) return `95% interval ${show(low)} to ${show(high)}`;
  if (high !== null) return `95% interval up to ${show(high)}`;
  if (low !== null) return `95% interval from ${show(low)} up`;
  return "95% interval open at both ends";
}

/** A ratio of nought is no end: it says that some drawings of the data never got there. */
export function savedInterval({ low, high }: Saved): string {
  return interval(low > 0 ? low : null, high, times);
}

const BOUND: Record<Saved["bound"], string> = { none: "", at_most: "at most ", at_least: "at least " };

/** "1.6", or "at most 0.40" where the answers there are do not reach further. */
export function bounded({ ratio, bound }: Saved, show: (ratio: number) => string = times): string {
  return BOUND[bound] + show(ratio);
}

function inAnswers(saved: Saved): string {
  const only = saved.bound === "none" && saved.ratio < 1 ? "only " : "";
  return `each answer teaches ${only}${BOUND[saved.bound]}as much as ${times(saved.ratio)} random ones (${savedInterval(saved)})`;
}

function inNats({ mean, low, high }: Lift): string {
  const nats = (value: number) => decimal(value, 3);
  const side = mean < 0 ? "worse" : "better";
  return `it foretells random answers by ${nats(Math.abs(mean))} nats ${side} than chance does (${interval(low, high, nats)})`;
}

/** In answers, unless their wider interval would contradict a verdict that the lift has settled. */
function amount({ verdict, saved, lift }: StrategyCheck): string | null {
  const settled = verdict === "better" || verdict === "worse";
  const agrees = saved !== null && (verdict === "better" ? saved.low > 1 : saved.high !== null && saved.high < 1);
  if (saved && (agrees || !settled)) return inAnswers(saved);
  return lift ? inNats(lift) : null;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const OPENING: Record<StrategyCheck["verdict"], string> = {
  better: "",
  unproven: "Not shown to beat chance yet: ",
  worse: "Worse than chance: ",
  too_early: "Too early to tell: ",
};

/** What the latest check found, in one sentence. */
export function verdictSentence(check: StrategyCheck): string {
  const judges = plural(check.judged_by, "random answer");
  const found = amount(check);
  if (found === null) return `Too early to tell: ${judges} so far, and an interval needs more.`;
  return capital(`${OPENING[check.verdict]}${found}, judged by ${judges}.`);
}

/** What the campaign does now, and why. */
export function stateSentence(strategy: StrategyStatus, randomShare: number, fallBack: boolean): string {
  if (strategy.state === "cold") {
    const left = strategy.answers_to_go;
    if (left === null) return "Cold start: questions are drawn at random until the first version is trained; then the strategy takes over.";
    return `Cold start: questions are spread over all kinds of prompts. After ${plural(left, "more answer")} the strategy takes over.`;
  }
  if (strategy.state === "fallen_back") {
    const worse = strategy.checks.at(-1)?.verdict === "worse";
    const because = worse ? "the strategy was measured to be worse than chance" : "the strategy was not shown to beat chance in time";
    return `Fallen back: ${because}, so the campaign now asks at random until that changes.`;
  }
  if (strategy.acquisition === "random") return "Questions are chosen at random, so there is no strategy to judge.";
  if (randomShare <= 0) return "No question is asked at random, so nothing can show whether the strategy pays.";
  const share = `${Number((randomShare * 100).toFixed(1))}%`;
  const stays = fallBack ? "" : " Falling back is switched off: it keeps going whatever they show.";
  return `The strategy chooses the questions; ${share} are asked at random, to judge it.${stays}`;
}

/** Before the first check there is nothing to report, and it says so. */
export function latestSentence(strategy: StrategyStatus): string {
  const latest = strategy.checks.at(-1);
  return latest ? verdictSentence(latest) : "Not judged yet: too few random answers.";
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
    middle: bounded(saved, (ratio) => signed(beyond(ratio))),
    interval: interval(beyond(saved.low), saved.high === null ? null : beyond(saved.high), signed),
  };
}

/** A whole number with a true minus sign. */
export function signed(value: number): string {
  return count(value).replace("-", "−");
}

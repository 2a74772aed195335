/** A strategy's measurements as one sentence a manager can act on. Every estimate comes with its interval. */

import type { Saved, StrategyCheck, StrategyStatus } from "../api/types";
import { count, decimal, plural } from "./format";

/** Two figures, and never more than hundredths: 1.6, 0.85, 12. */
export function times(value: number): string {
  if (value >= 9.95) return value.toFixed(0);
  return value.toFixed(value < 0.995 ? 2 : 1);
}

/** "95% interval 1.1 to 2.4"; an end that the data do not set is said to be open, never invented. */
export function interval(low: number | null, high: number | null, show: (value: number) => string): string {
  if (low !== null && high !== null) return `95% interval ${show(low)} to ${show(high)}`;
  if (high !== null) return `at most ${show(high)}, with 95% confidence`;
  if (low !== null) return `at least ${show(low)}, with 95% confidence`;
  return "no bound yet";
}

function amount({ saved, lift }: StrategyCheck): string | null {
  if (saved && saved.ratio !== null) {
    const only = saved.ratio < 1 ? "only " : "";
    return `each answer teaches ${only}as much as ${times(saved.ratio)} random ones (${interval(saved.low, saved.high, times)})`;
  }
  if (saved && (saved.low !== null || saved.high !== null)) {
    const bound = saved.high !== null ? `at most as much as ${times(saved.high)}` : `at least as much as ${times(saved.low ?? 0)}`;
    return `each answer teaches ${bound} random ones, with 95% confidence`;
  }
  if (!lift) return null;
  const nats = (value: number) => decimal(value, 3);
  const side = lift.mean < 0 ? "worse" : "better";
  return `it foretells random answers by ${nats(Math.abs(lift.mean))} nats ${side} than chance does (${interval(lift.low, lift.high, nats)})`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What the latest check found, in one sentence. */
export function verdictSentence(check: StrategyCheck): string {
  const judges = plural(check.judged_by, "random answer");
  const found = amount(check);
  if (check.verdict === "too_early" || found === null) {
    return `Too early to tell: ${judges} so far, and an interval needs more.`;
  }
  const measured = `${found}, judged by ${judges}.`;
  if (check.verdict === "better") return capital(measured);
  if (check.verdict === "unproven") return `Not shown to beat chance yet: ${measured}`;
  return `Worse than chance: ${measured}`;
}

/** What the campaign does now, and why. */
export function stateSentence(strategy: StrategyStatus, randomShare: number, fallBack: boolean): string {
  if (strategy.state === "cold") {
    const left = strategy.answers_to_go;
    const wait = left === null ? "the first version" : plural(left, "more answer");
    return `Cold start: questions are spread over all kinds of prompts. After ${wait} the strategy takes over.`;
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

/** How many random answers the strategy's own ones stand in for, beyond themselves; negative: lost, not saved. */
export interface LabelsSaved {
  middle: number;
  low: number | null;
  high: number | null;
}

export function labelsSaved(chosen: number, saved: Saved | null): LabelsSaved | null {
  if (!saved || saved.ratio === null || chosen <= 0) return null;
  const beyond = (ratio: number) => Math.round(chosen * (ratio - 1));
  return {
    middle: beyond(saved.ratio),
    low: saved.low === null ? null : beyond(saved.low),
    high: saved.high === null ? null : beyond(saved.high),
  };
}

/** A whole number with a true minus sign. */
export function signed(value: number): string {
  return count(value).replace("-", "−");
}

/** Every strategy a campaign may name, in plain words and grouped by what it is for. The server has the formulas. */

import { t } from "../i18n";

export interface Strategy {
  name: string;
  title: string;
  meaning: string;
}

export interface StrategyGroup {
  title: string;
  needsMachine: boolean;
  strategies: readonly Strategy[];
}

export const DEFAULT_STRATEGY = "v_optimal";

/** In English: `t` says each title and meaning where it is shown. */
export const STRATEGY_GROUPS = [
  {
    title: "Teach the reward model",
    needsMachine: false,
    strategies: [
      { name: "v_optimal", title: "What the pool needs", meaning: "Asks what makes the model surer about the pairs there are, rather than about odd ones." },
      { name: "bald", title: "Most to learn", meaning: "Asks what would tell most about the reward model, not about people's coin flips." },
      { name: "bald_greedy", title: "Most to learn, no repeats", meaning: "As “most to learn”, but each pick counts the ones before it as answered." },
      { name: "bald_decisive", title: "Most to learn, and decidable", meaning: "Asks what would tell much and what a person can probably decide." },
      { name: "d_optimal", title: "Narrow the belief", meaning: "Asks what rules out most of what the reward model could still be." },
      { name: "entropy", title: "Hardest to foretell", meaning: "Asks where the answer is most open, be it ignorance or a true tie." },
      { name: "margin", title: "Closest to a tie", meaning: "Asks where the two completions score closest together. Where people are noisy it buys coin flips." },
    ],
  },
  {
    title: "Teach the reward model, over all kinds of prompts",
    needsMachine: false,
    strategies: [
      { name: "stratified_bald", title: "Most to learn of every kind", meaning: "The most telling pair of every kind of prompt in turn." },
      { name: "bal_pm", title: "Most to learn in new regions", meaning: "“Most to learn”, with a bonus for prompts unlike those asked already." },
      { name: "badge", title: "Strong and different pulls", meaning: "Asks for answers that would move the model strongly, and in different directions." },
    ],
  },
  {
    title: "Where trained versions disagree",
    needsMachine: false,
    strategies: [
      { name: "ensemble_std", title: "Heads disagree", meaning: "Asks where the ensemble's heads disagree most about the difference." },
      { name: "mc_dropout_std", title: "Dropout draws disagree", meaning: "Asks where dropout draws disagree most about the difference." },
      { name: "infomax", title: "Widest plausible range", meaning: "Asks where the plausible chances of winning lie furthest apart." },
    ],
  },
  {
    title: "Find what a policy should imitate",
    needsMachine: false,
    strategies: [
      { name: "dts", title: "Two likely winners", meaning: "Compares two completions that may each be the best of their prompt." },
      { name: "drts", title: "Likely best against likely worst", meaning: "Compares a completion that may be the best with one that may be the worst." },
      { name: "delta_ucb", title: "Widest gap still plausible", meaning: "Compares the two completions that may lie furthest apart." },
      { name: "reward_std", title: "Least known rewards", meaning: "Compares the two whose own rewards are least known. A simple baseline." },
    ],
  },
  {
    title: "Correct a machine's labels",
    needsMachine: true,
    strategies: [
      { name: "bald_where_wrong", title: "Most to learn where the machine errs", meaning: "Asks what would tell much, can be decided, and would correct the machine." },
      { name: "wrong_machine_label", title: "Probably wrong labels", meaning: "Asks where the machine's label is most probably wrong." },
      { name: "rlthf_band", title: "Doubtful labels", meaning: "Asks anywhere among the labels that are neither clearly right nor clearly wrong." },
    ],
  },
  {
    title: "Controls",
    needsMachine: false,
    strategies: [
      { name: "random", title: "At random", meaning: "No preference: what every other choice is measured against." },
      { name: "stratified_random", title: "At random, of every kind", meaning: "A random pair of every kind of prompt in turn." },
      { name: "feature_distance", title: "Most different texts", meaning: "Asks where the texts differ most. Knows nothing of rewards, and must be beaten." },
    ],
  },
] as const satisfies StrategyGroup[];

/** What managers choose between: to teach what there is, to find what is best, or to be what others are measured against. */
const USUAL: readonly string[] = [DEFAULT_STRATEGY, "dts", "random"];

type Group = (typeof STRATEGY_GROUPS)[number];
export type Offered = Group["strategies"][number];
export type OfferedGroup = Pick<Group, "title" | "needsMachine"> & { strategies: readonly Offered[] };

/** As a list offers them: the usual ones first, every other one once below them, by what it is for. */
export function offered(): { usual: readonly Offered[]; others: readonly OfferedGroup[] } {
  const isUsual = ({ name }: Offered) => USUAL.includes(name);
  const groups = STRATEGY_GROUPS.map((group): OfferedGroup => group);
  return {
    usual: groups.flatMap((group) => group.strategies.filter(isUsual)),
    others: groups.map((group) => ({ ...group, strategies: group.strategies.filter((one) => !isUsual(one)) })),
  };
}

type Known = Offered & { group: StrategyGroup };

const BY_NAME = new Map<string, Known>(
  STRATEGY_GROUPS.flatMap((group) => group.strategies.map((one) => [one.name, { ...one, group }] as const)),
);

export function meaningOf(name: string): string | undefined {
  const known = BY_NAME.get(name);
  return known && t(known.meaning);
}

/** The strategy in plain words; a name this page does not know is shown as it is. */
export function titleOf(name: string): string {
  const known = BY_NAME.get(name);
  return known ? t(known.title) : name;
}

export function needsMachine(name: string): boolean {
  return BY_NAME.get(name)?.group.needsMachine ?? false;
}

/** Whose labels people correct, from the name the campaign stores: reward, reward:PART or judge:NAME. */
export function machineTitle(source: string): string {
  const [kind = "", name = ""] = [source.split(":", 1)[0], source.slice(source.indexOf(":") + 1)];
  if (source === "reward") return t("the run's reward");
  return kind === "judge" ? t("the judge “{{name}}”", { name }) : t("the reward part “{{name}}”", { name });
}

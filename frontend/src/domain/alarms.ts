/** What a manager should look at, in words, and where to look. */

import type { Alarm } from "../api/desk";
import { t, tn } from "../i18n";
import { percent } from "./format";

export interface Told {
  text: string;
  /** A path below the campaign's own, or an absolute one. */
  to: string | null;
}

const number = (value: unknown) => (typeof value === "number" ? value : 0);
const word = (value: unknown) => (typeof value === "string" ? value : "");

export function told({ code, about }: Alarm): Told {
  switch (code) {
    case "strategy_worse":
      return { text: t("The strategy teaches less per answer than chance does."), to: "learning" };
    case "job_failed":
      return { text: t("The last training failed."), to: `/jobs/${number(about.job)}` };
    case "rollouts_unscored":
      return { text: tn(number(about.n), "{{n}} rollout is not scored yet by the version in production.", "{{n}} rollouts are not scored yet by the version in production."), to: null };
    case "budget_out":
      return { text: t("The budget is used up: nothing more is asked."), to: null };
    case "budget_given_out":
      return { text: tn(number(about.n), "The whole budget is given out: {{n}} open card is the last.", "The whole budget is given out: {{n}} open cards are the last."), to: null };
    case "budget_nearly_out":
      return { text: tn(number(about.left), "{{n}} label of the budget is left.", "{{n}} labels of the budget are left."), to: null };
    case "keeper_silent":
      return { text: tn(number(about.minutes), "Answers have not reached the queue for {{n}} minute: is keep_queues running?", "Answers have not reached the queue for {{n}} minutes: is keep_queues running?"), to: null };
    case "nobody_active":
      return { text: tn(number(about.minutes), "Nobody has answered for {{n}} minute, and cards are waiting.", "Nobody has answered for {{n}} minutes, and cards are waiting."), to: "people" };
    case "side_bias":
      return {
        text:
          about.side === "left"
            ? t("{{name}} prefers the left side more than chance explains.", { name: word(about.name) })
            : t("{{name}} prefers the right side more than chance explains.", { name: word(about.name) }),
        to: "quality",
      };
    case "gold_low":
      return {
        text: t("{{name}} meets items with a known answer at {{share}}.", { name: word(about.name), share: percent(number(about.share)) }),
        to: "quality",
      };
    case "flagged":
      return { text: tn(number(about.n), "{{n}} answer waits to be read.", "{{n}} answers wait to be read."), to: "review?state=unread&flagged=yes" };
    default:
      return { text: code, to: null };
  }
}

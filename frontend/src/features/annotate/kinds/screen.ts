/** What a kind of question shows: controls in the bar, and where it needs them a desk, a body or a foot of a completion. */

import type { FC, ReactNode } from "react";

import type { Change } from "../../../domain/kinds";
import type { Shown } from "../../../domain/kinds/kind";

export interface Asked<Question, Draft> {
  question: Question;
  draft: Draft;
  shown: Shown;
  change: (change: Change) => void;
}

export interface Screen<Question, Draft> {
  /** In the middle of the decision bar. */
  Controls: FC<Asked<Question, Draft>>;
  /** Below the completions, or beside a single one. */
  Desk?: FC<Asked<Question, Draft>>;
  /** In place of a completion's text. */
  body?: (asked: Asked<Question, Draft>, place: number) => ReactNode;
  /** Under a completion. */
  under?: (asked: Asked<Question, Draft>, place: number) => ReactNode;
  /** A mark beside the completion's letter where there is room for nothing else: the tabs of narrow screens. */
  mark?: (asked: Asked<Question, Draft>, place: number) => string;
}

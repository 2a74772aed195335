/** The screen of every kind. */

import type { AnyDraft, Kind, Question } from "../../../domain/kinds";
import { bestWorstScreen } from "./BestWorstScreen";
import { binaryScreen } from "./BinaryScreen";
import { critiqueScreen } from "./CritiqueScreen";
import { editScreen } from "./EditScreen";
import { pairScreen } from "./PairScreen";
import { rankingScreen } from "./RankingScreen";
import { ratingScreen } from "./RatingScreen";
import type { Screen } from "./screen";
import { spansScreen } from "./SpansScreen";
import { stepsScreen } from "./StepsScreen";

const SCREENS = {
  pair: pairScreen,
  best_worst: bestWorstScreen,
  ranking: rankingScreen,
  rating: ratingScreen,
  binary: binaryScreen,
  steps: stepsScreen,
  spans: spansScreen,
  critique: critiqueScreen,
  edit: editScreen,
};

/** The screen that fits a question; its draft fits too, as both are of one kind. */
export function screenOf(kind: Kind): Screen<Question, AnyDraft> {
  return SCREENS[kind] as unknown as Screen<Question, AnyDraft>;
}

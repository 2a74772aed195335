/** All kinds by name: a new kind is one file beside these, one line here, and one screen. */

import { bestWorst, type BestWorstAnswer, type BestWorstChange, type BestWorstDraft, type BestWorstQuestion } from "./bestWorst";
import { binary, type BinaryAnswer, type BinaryChange, type BinaryDraft, type BinaryQuestion } from "./binary";
import { critique, type CritiqueAnswer, type CritiqueChange, type CritiqueDraft, type CritiqueQuestion } from "./critique";
import { edit, type EditAnswer, type EditChange, type EditDraft, type EditQuestion } from "./edit";
import type { Look, Machine } from "./kind";
import { pair, type PairAnswer, type PairChange, type PairDraft, type PairQuestion } from "./pair";
import { ranking, type RankingAnswer, type RankingChange, type RankingDraft, type RankingQuestion } from "./ranking";
import { rating, type RatingAnswer, type RatingChange, type RatingDraft, type RatingQuestion } from "./rating";
import { spans, type SpansAnswer, type SpansChange, type SpansDraft, type SpansQuestion } from "./spans";
import { steps, type StepsAnswer, type StepsChange, type StepsDraft, type StepsQuestion } from "./steps";

export type Question =
  | PairQuestion
  | BestWorstQuestion
  | RankingQuestion
  | RatingQuestion
  | BinaryQuestion
  | StepsQuestion
  | SpansQuestion
  | CritiqueQuestion
  | EditQuestion;

export type Kind = Question["kind"];

export type AnyDraft =
  | PairDraft
  | BestWorstDraft
  | RankingDraft
  | RatingDraft
  | BinaryDraft
  | StepsDraft
  | SpansDraft
  | CritiqueDraft
  | EditDraft;

export type Change =
  | Look
  | PairChange
  | BestWorstChange
  | RankingChange
  | RatingChange
  | BinaryChange
  | StepsChange
  | SpansChange
  | CritiqueChange
  | EditChange;

export type OneAnswer =
  | PairAnswer
  | BestWorstAnswer
  | RankingAnswer
  | RatingAnswer
  | BinaryAnswer
  | StepsAnswer
  | SpansAnswer
  | CritiqueAnswer
  | EditAnswer;

const MACHINES = { pair, best_worst: bestWorst, ranking, rating, binary, steps, spans, critique, edit };

/** The machine that fits a question. Its draft and answer fit too: both come from this machine alone. */
export function machineOf(question: Question): Machine<Question, AnyDraft, Change, OneAnswer> {
  return MACHINES[question.kind] as unknown as Machine<Question, AnyDraft, Change, OneAnswer>;
}

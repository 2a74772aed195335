/** What an answer can be, and how it is said and drawn. Sides are A (left) and B (right); nobody sees who wrote which. */

import type { Choice, Strength } from "../api/types";

export interface Decision {
  choice: Choice;
  strength: Strength | null;
}

/** One keypress decides at this strength; other keys say slightly or far better. */
export const CLEARLY: Strength = 2;

const DEGREE: Record<Strength, string> = { 1: "slightly better", 2: "clearly better", 3: "far better" };

export function isPreference(choice: Choice): choice is "left" | "right" {
  return choice === "left" || choice === "right";
}

/** Strength belongs to a preference only: a tie cannot be "far". */
export function decision(choice: Choice, strength: Strength = CLEARLY): Decision {
  return { choice, strength: isPreference(choice) ? strength : null };
}

export function inWords({ choice, strength }: Decision): string {
  if (isPreference(choice)) return `${choice === "left" ? "A" : "B"} ${DEGREE[strength ?? CLEARLY]}`;
  return { tie: "Tie", both_bad: "Both bad", skip: "Skipped" }[choice];
}

/** A few characters for the history rail, readable without colour. */
export function glyph({ choice, strength }: Decision): string {
  if (choice === "left") return "A" + "+".repeat((strength ?? CLEARLY) - 1);
  if (choice === "right") return "B" + "+".repeat((strength ?? CLEARLY) - 1);
  return { tie: "=", both_bad: "✕", skip: "↷" }[choice];
}

export function sameDecision(one: Decision, other: Decision): boolean {
  return one.choice === other.choice && one.strength === other.strength;
}

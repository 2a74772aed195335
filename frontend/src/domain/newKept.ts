/** What was typed into the form of a new campaign outlives a reload: kept for this tab and this person, until it is drafted. */

import { type CampaignForm, freshForm } from "./newCampaign";
import { type Asked, KINDS, renumbered } from "./newForm";

/** A form each for every campaign that is copied, and one for what begins from nothing. */
export function placeOf(person: string, like: string): string {
  return `tiebreak.new-campaign.${person}.${like}`;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The form as it was left; null where nothing was, or where it is none of this version's. */
export function keptForm(store: Store, place: string): CampaignForm | null {
  try {
    const found: unknown = JSON.parse(store.getItem(place) ?? "null");
    return isForm(found) ? { ...found, asked: renumbered(found.asked) } : null;
  } catch {
    return null;
  }
}

export function keepForm(store: Store, place: string, form: CampaignForm): void {
  try {
    store.setItem(place, JSON.stringify(form));
  } catch {
    // Without storage, or with a full one, the form lasts as long as the page.
  }
}

export function forgetForm(store: Store, place: string): void {
  try {
    store.removeItem(place);
  } catch {
    // There was none.
  }
}

function isForm(found: unknown): found is CampaignForm {
  if (!found || typeof found !== "object") return false;
  const form = found as Record<string, unknown>;
  const alike = Object.entries(freshForm).every(([name, value]) => typeof form[name] === typeof value && Array.isArray(form[name]) === Array.isArray(value));
  return alike && form.rest !== null && (form.asked as unknown[]).every(isAsked) && (form.runs as unknown[]).every((run) => typeof run === "string");
}

function isAsked(found: unknown): found is Asked {
  const { kind, name, title, guideline, parts, required, told } = (found ?? {}) as Record<string, unknown>;
  const words = [name, title, guideline, parts].every((one) => typeof one === "string");
  return words && KINDS.some((known) => known.kind === kind) && typeof required === "boolean" && !!told && typeof told === "object";
}

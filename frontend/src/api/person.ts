/**
 * Whose page this is. A browser has one session for all its tabs: who signs in in another tab is signed in here too, and
 * nothing that is said on this page may be said in their name.
 *
 * Every call says whose page it comes from, and the server refuses it when somebody else is signed in. Tabs also tell
 * each other, so that a page knows before it says anything.
 */

export const PERSON = "X-Tiebreak-Person";
/** The code of the server's refusal. */
export const ANOTHER = "another_person";
const PLACE = "tiebreak.person";

let mine: number | null = null;
let turns = 0;
const listeners = new Set<() => void>();

export function whose(): number | null {
  return mine;
}

/** How often the page has changed hands: what was asked before says nothing of whose it is now. */
export function turn(): number {
  return turns;
}

/** This page is theirs from now on, and the other tabs of this browser hear of it. */
export function isPageOf(user: number | null): void {
  if (mine === user) return;
  mine = user;
  turns += 1;
  if (user === null) return;
  try {
    localStorage.setItem(PLACE, String(user));
  } catch {
    // Without storage the other tabs hear of it from the server.
  }
}

/** Somebody else is signed in here now. */
export function somebodyElse(): void {
  for (const listener of [...listeners]) listener();
}

export function onSomebodyElse(listener: () => void): () => void {
  const stored = (event: StorageEvent) => {
    if (event.key === PLACE && mine !== null && event.newValue !== null && event.newValue !== String(mine)) listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", stored);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", stored);
  };
}

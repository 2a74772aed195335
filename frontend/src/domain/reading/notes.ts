/** What a card's `notes` say beside the completions: a reference answer, and what verifiers and rewards found. */

export interface Evidence {
  name: string;
  value: number | string | boolean;
}

export interface Notes {
  reference: string | null;
  /** One list per completion, in shown order. */
  evidence: Evidence[][];
}

function isEvidence(raw: unknown): raw is Evidence {
  if (typeof raw !== "object" || raw === null) return false;
  const { name, value } = raw as Partial<Evidence>;
  return typeof name === "string" && ["number", "string", "boolean"].includes(typeof value);
}

/** Notes grow with the product: what this page does not know is left aside, never an error. */
export function readNotes(raw: unknown): Notes {
  const { reference, evidence } = (typeof raw === "object" && raw !== null ? raw : {}) as Record<string, unknown>;
  return {
    reference: typeof reference === "string" && reference.trim() !== "" ? reference : null,
    evidence: Array.isArray(evidence)
      ? evidence.map((list: unknown) => (Array.isArray(list) ? list.filter(isEvidence) : []))
      : [],
  };
}

import { readdirSync, readFileSync } from "node:fs";

import { afterEach, expect, test } from "vitest";

import { ApiError } from "../api/client";
import { speak } from "../i18n";
import { CODES_WITH_SENTENCES, refusalOf } from "./refusals";

afterEach(() => speak("en"));

/** Codes that only programs meet: trainers, workers and the command line. */
const FOR_PROGRAMS = ["error", "fence_lost", "invalid_rollout", "local_problem", "malformed_gzip", "rows_rejected", "unsupported_media_type"];

const lost = new ApiError(409, "lease_lost", "Card 7 has gone to somebody else.", { assignment: 7 });

test("in English the server's own sentence stands, for it says more", () => {
  expect(refusalOf(lost)).toEqual({ text: null, english: "Card 7 has gone to somebody else." });
});

test("in another language the sentence of the code stands, and English where the code says too little", async () => {
  await speak("de");
  expect(refusalOf(lost)).toEqual({ text: "Jetzt hat jemand anderes diese Karte.", english: null });
  expect(refusalOf(new ApiError(400, "invalid_config", "overlap is 99"))).toEqual({
    text: "Diese Einstellungen sind nicht verwendbar.",
    english: "overlap is 99",
  });
});

test("a code without a sentence shows what the server says", async () => {
  await speak("de");
  expect(refusalOf(new ApiError(418, "teapot", "I am a teapot."))).toEqual({ text: null, english: "I am a teapot." });
  expect(refusalOf(new ApiError(400, "constructor", "Odd."))).toEqual({ text: null, english: "Odd." });
});

test("a fault of the page itself is told as one", () => {
  expect(refusalOf(new TypeError("x is undefined")).text).toBe("Something went wrong in this page. Reloading may help.");
});

test("every code that the server may send to a person has a sentence", () => {
  const root = "../annotator";
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".py"));
  const sources = files.map((name) => readFileSync(`${root}/${name}`, "utf8"));
  const codes = new Set(sources.flatMap((source) => [...source.matchAll(/\bcode ?= ?"([a-z_]+)"/g)].map(([, code = ""]) => code)));
  expect(codes.has("lease_lost")).toBe(true);
  expect([...codes].filter((code) => !CODES_WITH_SENTENCES.has(code) && !FOR_PROGRAMS.includes(code))).toEqual([]);
});

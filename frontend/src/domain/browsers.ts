/** What a browser calls itself, as its owner would: "Firefox, Linux". Only for recognising one's own; it proves nothing. */

const PROGRAMS: [RegExp, string][] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/\bChrom(?:e|ium)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

export function browserName(agent: string): string {
  const first = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(agent))?.[1];
  const names = [first(PROGRAMS), first(SYSTEMS)].filter(Boolean);
  return names.join(", ") || agent.slice(0, 40) || "–";
}

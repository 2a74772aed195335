/** What a browser calls itself, as its owner would: "Firefox, Linux". Only for recognising one's own; it proves nothing. */

// Most call themselves by others' names too, so whoever is imitated comes after those who imitate. Brave on a computer says
// it is Chrome, and nothing tells it apart.
const PROGRAMS: [RegExp, string][] = [
  [/\b(?:Headless)?Edg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|OPT|OPiOS|Opera)\b/, "Opera"],
  [/\bBrave\b/, "Brave"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:DuckDuckGo|Ddg)\//, "DuckDuckGo"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\bHeadlessChrome\//, "Headless Chrome"],
  [/\b(?:Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bVersion\/\S+ (?:Mobile\S* )?Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad|iPod)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\b(?:Macintosh|Mac OS X)\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

export function browserName(agent: string): string {
  const first = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(agent))?.[1];
  const names = [first(PROGRAMS), first(SYSTEMS)].filter(Boolean);
  return names.join(", ") || agent.slice(0, 40) || "–";
}

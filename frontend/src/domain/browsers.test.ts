import { expect, test } from "vitest";

import { browserName } from "./browsers";

const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit";
const LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";
const ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", "Firefox, Linux"],
  ["Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0", "Firefox, Android"],
  [`${IPHONE} FxiOS/142.0 Mobile/15E148 Safari/605.1.15`, "Firefox, iOS"],
  [`${WINDOWS} Chrome/141.0.0.0 Safari/537.36`, "Chrome, Windows"],
  [`${ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36`, "Chrome, Android"],
  [`${IPHONE} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1`, "Chrome, iOS"],
  ["Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", "Chrome, ChromeOS"],
  [`${LINUX} HeadlessChrome/141.0.0.0 Safari/537.36`, "Headless Chrome, Linux"],
  [`${WINDOWS} Chrome/141.0 Safari/537.36 Edg/141.0`, "Edge, Windows"],
  [`${ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36 EdgA/141.0.0.0`, "Edge, Android"],
  [`${IPHONE} Version/18.0 EdgiOS/141.0 Mobile/15E148 Safari/604.1`, "Edge, iOS"],
  [`${WINDOWS} Chrome/64.0 Safari/537.36 Edge/17.17134`, "Edge, Windows"],
  [`${MAC}/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0`, "Opera, macOS"],
  [`${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1 OPT/5.6.0`, "Opera, iOS"],
  [`${LINUX} Chrome/141.0.0.0 Safari/537.36 Vivaldi/7.6`, "Vivaldi, Linux"],
  [`${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1 Brave/1.80`, "Brave, iOS"],
  [`${ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, "Samsung Internet, Android"],
  [`${MAC}/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15 Ddg/18.5`, "DuckDuckGo, macOS"],
  [`${MAC}/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`, "Safari, macOS"],
  [`${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`, "Safari, iOS"],
  ["Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari, iOS"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1", "Safari, iOS"],
  [`${LINUX} SomethingNew/1.0 Safari/537.36`, "Linux"],
  ["curl/8.9", "curl/8.9"],
  ["python-requests/2.32.3", "python-requests/2.32.3"],
  ["", "–"],
])("%s is %s", (agent, name) => {
  expect(browserName(agent)).toBe(name);
});

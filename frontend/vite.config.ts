import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const DIST = "dist";

/** The server sends `name.br` or `name.gz` where they lie beside `name`, so the work is done once, here. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(DIST, { recursive: true, encoding: "utf8" })) {
        const path = join(DIST, name);
        if (!/\.(js|css|svg)$/.test(name) || statSync(path).size < 1_000) continue;
        const content = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(content));
      }
    },
  };
}

/** What every page begins with, in one file: each file of its own would be one more request before the first page. */
const FIRST = /node_modules\/(?:react|react-dom|scheduler|react-router|cookie|set-cookie-parser|openapi-fetch)\/|@tanstack\/.*\/(?!.*[iI]nfinite)|src\/(?:i18n|api\/(?:keptHere|client|person))\.ts$/;

// The server answers with `default-src 'none'` and no inline allowance, so nothing may be inlined into the page or the CSS.
export default defineConfig({
  plugins: [react(), compressed()],
  build: { outDir: DIST, manifest: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 600, rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", test: FIRST }] } } } },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  // A busy machine is slow, not broken.
  test: { testTimeout: 60_000, hookTimeout: 60_000 },
});

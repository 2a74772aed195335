import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const DIST = "dist";

/** The server sends `name.gz` where it lies beside `name`, so the work is done once, here. */
function gzipped(): Plugin {
  return {
    name: "gzipped",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(DIST, { recursive: true, encoding: "utf8" })) {
        const path = join(DIST, name);
        if (!/\.(js|css|svg)$/.test(name) || statSync(path).size < 1_000) continue;
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

// The server answers with `default-src 'none'` and no inline allowance, so nothing may be inlined into the page or the CSS.
export default defineConfig({
  plugins: [react(), gzipped()],
  build: { outDir: DIST, manifest: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
});

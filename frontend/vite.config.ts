import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server answers with `default-src 'none'` and no inline allowance, so nothing may be inlined into the page or the CSS.
export default defineConfig({
  plugins: [react()],
  build: { manifest: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
});

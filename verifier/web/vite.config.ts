import { defineConfig } from "vitest/config";

// Everything the page needs lies beside it: no CDN, no inlined script (the CSP forbids one),
// no module preload helper that would be inlined into the entry.
export default defineConfig({
  base: "/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: false,
  },
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    testTimeout: 20_000,
  },
});

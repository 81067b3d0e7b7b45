import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  // The preset's plugins serve development only; the compiler's own JSX transform is all that a build needs.
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/static-web",
    emptyOutDir: true,
    target: "es2023",
    // The first releases that know light-dark().
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});

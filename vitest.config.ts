import { defineConfig } from "vitest/config";

// Where others wait for the answer, what starts real services gets a second try; the report names it.
const retry = process.env["CI"] === undefined ? 0 : 1;

const project = (name: string, options: { timeoutMs: number; parallel: boolean }) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: options.timeoutMs,
    hookTimeout: options.timeoutMs,
    fileParallelism: options.parallel,
    retry: options.parallel ? 0 : retry,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", { timeoutMs: 10_000, parallel: true }),
      project("replay", { timeoutMs: 30_000, parallel: true }),
      // Each integration file starts the real services that it needs; two cores bear one at a time.
      project("integration", { timeoutMs: 120_000, parallel: false }),
      project("chaos", { timeoutMs: 900_000, parallel: false }),
      project("e2e", { timeoutMs: 300_000, parallel: false }),
    ],
  },
});

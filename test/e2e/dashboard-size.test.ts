import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { build } from "vite";

const LIMIT_BYTES = 120 * 1024;

test("the dashboard's scripts weigh at most 120 kB compressed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pgmedic-size-"));
  await build({ root: "static-web", logLevel: "warn", build: { outDir: folder, emptyOutDir: true } });
  const assets = join(folder, "assets");
  const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
  rmSync(folder, { recursive: true });
  expect(scripts.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES);
});

// The built dashboard behind the real front, with the fake API as its host: everything a browser test needs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { startFront } from "../../../infra/local/static-web/front.ts";
import { readSiteConfig } from "../../../infra/local/static-web/routes.ts";
import { openBrowser } from "../browser.ts";
import { FakeApi } from "./fake-api.ts";

type VisitOptions = {
  role?: "reader" | "operator" | "admin";
  theme?: "light" | "dark";
  size?: { width: number; height: number };
  reducedMotion?: "reduce" | "no-preference";
};

export type Dashboard = {
  api: FakeApi;
  url: string;
  /** Opens a page as somebody who is signed in; every error that the page reports is collected in `errors`. */
  visit: (path: string, options?: VisitOptions) => Promise<{ page: Page; errors: string[]; context: BrowserContext }>;
  close: () => Promise<void>;
};

async function visitWith(browser: Browser, target: URL, options: VisitOptions) {
  const { role = "operator", theme = "light", size = { width: 1280, height: 800 }, reducedMotion = "reduce" } = options;
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // The browser itself reports each failed request; the tests cause those on purpose.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      errors.push(message.text());
  });
  await page.goto(target.href);
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("radio", { name: role }).check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(target.href);
  return { page, errors, context };
}

/** Builds the dashboard and opens it; `close` ends and removes everything. */
export async function openDashboard(): Promise<Dashboard> {
  const folder = mkdtempSync(join(tmpdir(), "pgmedic-dashboard-"));
  await build({ root: "static-web", logLevel: "warn", build: { outDir: folder, emptyOutDir: true } });
  const api = new FakeApi();
  await api.start();
  const host = new URL(`http://127.0.0.1:${api.port}`);
  const front = await startFront({
    port: 0,
    root: folder,
    config: readSiteConfig("static-web/staticwebapp.config.json"),
    host,
    proof: "a-proof-for-browser-tests",
    workload: host,
    apiTimeoutMs: 10_000,
  });
  const { browser, close } = await openBrowser();
  const url = `http://127.0.0.1:${front.port}`;
  return {
    api,
    url,
    visit: (path, options = {}) => visitWith(browser, new URL(path, url), options),
    close: async () => {
      await close();
      await front.stop();
      api.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

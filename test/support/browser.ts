import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

// What would let a page do more than it may in a person's browser, and what a Lambda needs alone.
const UNWANTED = new Set(["--single-process", "--disable-web-security", "--allow-running-insecure-content"]);

/**
 * Unpacks Chromium from its npm package into a folder of its own, runs `use` with it, then ends it and removes the folder.
 * The package reuses whatever `chromium` it finds in the temporary folder, even half an unpacking of an earlier run.
 */
export async function withBrowser<Result>(use: (browser: Browser) => Promise<Result>): Promise<Result> {
  const { browser, close } = await openBrowser();
  try {
    return await use(browser);
  } finally {
    await close();
  }
}

/** As {@link withBrowser}, for tests that share one browser: whoever opens it calls `close`. */
export async function openBrowser(): Promise<{ browser: Browser; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "pgmedic-browser-"));
  const usual = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    const { default: packaged } = await import("@sparticuz/chromium");
    const browser = await chromium.launch({
      args: packaged.args.filter((argument) => !UNWANTED.has(argument)),
      executablePath: await packaged.executablePath(),
      headless: true,
    });
    const close = async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return { browser, close };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
  }
}

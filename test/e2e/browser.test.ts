import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { withBrowser } from "../support/browser.ts";

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("pgmedic-browser-"));

test("a browser that a test uses leaves no folder behind, even when the test fails", async () => {
  const before = folders();
  const text = await withBrowser(async (browser) => {
    const page = await browser.newPage();
    await page.setContent("<h1>Hello</h1>");
    return page.getByRole("heading").innerText();
  });
  expect(text).toBe("Hello");
  const failing = withBrowser(() => Promise.reject(new Error("the test failed")));
  await expect(failing).rejects.toThrow("the test failed");
  expect(folders().filter((name) => !before.includes(name))).toEqual([]);
});

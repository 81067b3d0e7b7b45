// Reading, changing, adding, restoring and running playbooks, with a mouse, with the keyboard alone, and on a phone.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { accessibilityProblems } from "../support/dashboard/axe.ts";
import { anIncident, aServer } from "../support/dashboard/data.ts";
import { openDashboard, type Dashboard } from "../support/dashboard/open-dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());
afterEach(() => dashboard.api.reset());

const NAME = "dailySummary";
const editor = (page: Page) => page.getByLabel("Text", { exact: true });
const save = (page: Page) => page.getByRole("button", { name: "Save" });
const stored = () => dashboard.api.store.playbooks.textOf(NAME);
const topOf = async (page: Page): Promise<number | undefined> => (await save(page).boundingBox())?.y;

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  test("an operator changes a playbook; what is wrong is said while one types, and moves nothing", async () => {
    const { page, errors, context } = await dashboard.visit("/playbooks", { theme });
    await page.getByRole("link", { name: "The day in short" }).click();
    const before = await editor(page).inputValue();
    expect(before).toContain("# As PgMedic brings it.");
    const top = await topOf(page);
    await editor(page).fill(before.replace("missing_index", "gremlins"));
    await page.getByText("It cannot be saved yet:").waitFor();
    await page.getByText("causes.0").waitFor();
    expect(await topOf(page), "a long list of causes").toBe(top);
    expect(await editor(page).getAttribute("aria-invalid")).toBe("true");
    expect(await save(page).getAttribute("aria-disabled")).toBe("true");
    await accessible(page);
    dashboard.api.store.playbooks.warnings = [{ path: "alerts.metrics.0", message: "another claims it too" }];
    await editor(page).fill(`${before}# Ours.\n`);
    await page.getByText("another claims it too").waitFor();
    expect(await topOf(page)).toBe(top);
    await accessible(page);
    await save(page).click();
    await page.getByText("dailySummary is saved.").waitFor();
    await page.getByText("Edited", { exact: true }).waitFor();
    await page.getByText("version 1, written by Ada").waitFor();
    expect(stored()).toBe(`${before}# Ours.\n`);
    await accessible(page);
    await page.getByRole("link", { name: "All playbooks" }).click();
    await page.getByText("Changed by Ada").waitFor();
    await accessible(page);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("of two editors the second keeps the text, sees what stands there, and saves on top of it", async () => {
    const { page, context } = await dashboard.visit(`/playbooks/${NAME}`, { theme });
    const before = await editor(page).inputValue();
    await editor(page).fill(`${before}# Mine.\n`);
    await page.getByText("It may be saved.").waitFor();
    dashboard.api.store.playbooks.write(NAME, `${before}# Theirs.\n`);
    await save(page).click();
    await page.getByText("This playbook was changed meanwhile by Ada.").waitFor();
    await page.getByRole("region", { name: "Version 1" }).getByText("# Theirs.").waitFor();
    expect(await editor(page).inputValue()).toContain("# Mine.");
    expect(stored()).toContain("# Theirs.");
    await accessible(page);
    await save(page).click();
    await page.getByText("version 2, written by Ada").waitFor();
    expect(stored()).toContain("# Mine.");
    await context.close();
  });
});

async function accessible(page: Page): Promise<void> {
  expect(await accessibilityProblems(page)).toEqual([]);
}

test("an earlier version is restored through the editor; going back to the original is asked once more", async () => {
  const { playbooks } = dashboard.api.store;
  const own = playbooks.textOf(NAME) ?? "";
  playbooks.write(NAME, `${own}# First.\n`);
  playbooks.write(NAME, `${own}# Second.\n`);
  const { page, context } = await dashboard.visit(`/playbooks/${NAME}`);
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await page.getByText("It may be saved.").waitFor();
  expect(await page.locator("textarea:focus").inputValue()).toContain("# First.");
  expect(stored(), "not before it is saved").toContain("# Second.");
  await save(page).click();
  await page.getByText("version 3, written by Ada").waitFor();
  expect(stored()).toContain("# First.");
  await page.getByRole("button", { name: "Go back to the original" }).click();
  await page.getByRole("button", { name: "Really go back to it" }).click();
  await page.getByText("dailySummary is as it was brought.").waitFor();
  expect(stored()).toBe(own);
  expect(await editor(page).inputValue()).toBe(own);
  await context.close();
});

test("cancelling gives back what stands there", async () => {
  const { page, context } = await dashboard.visit(`/playbooks/${NAME}`);
  const before = await editor(page).inputValue();
  await editor(page).fill("nonsense");
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await editor(page).inputValue()).toBe(before);
  await page.getByText("Nothing is changed.", { exact: true }).waitFor();
  await context.close();
});

test("with the keyboard alone a playbook is added from the template, changed and saved", async () => {
  const { page, errors, context } = await dashboard.visit("/playbooks");
  await page.getByRole("button", { name: "Add a playbook" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Add a playbook" }).waitFor();
  await editor(page).focus();
  expect(await editor(page).inputValue()).toContain("name: investigateMyService");
  await page.getByText("It may be saved.").waitFor();
  await accessible(page);
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").innerText(), "Tab leaves the text").toBe("It may be saved.");
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").innerText()).toBe("Save");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# By Ada.\n");
  await page.getByText("It may be saved.").waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText("investigateMyService is added.").waitFor();
  await page.getByRole("heading", { name: "investigateMyService" }).waitFor();
  expect(dashboard.api.store.playbooks.textOf("investigateMyService")).toMatch(/^# By Ada\.\n/);
  await page.getByRole("button", { name: "Delete this playbook" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Really delete it" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Its versions stay.").waitFor();
  await page.getByText("Taken away").waitFor();
  expect(dashboard.api.store.playbooks.textOf("investigateMyService")).toBeNull();
  await page.getByRole("button", { name: "Restore version 1" }).waitFor();
  await accessible(page);
  expect(errors).toEqual([]);
  await context.close();
});

test("an incident leads to the playbook that was followed, and says which text of it", async () => {
  dashboard.api.store.incidents = [anIncident()];
  const { page, context } = await dashboard.visit("/incidents/inc-1");
  const line = page.getByText("Followed investigateHighCPU, version 3.");
  await line.waitFor();
  expect(await line.getByRole("link").getAttribute("href")).toBe("/playbooks/investigateHighCPU");
  await context.close();
});

test("a name that is taken is refused, and what cannot be used is said with its text to mend", async () => {
  dashboard.api.store.playbooks.write(NAME, "name: dailySummary\nurgency: high\n");
  const { page, context } = await dashboard.visit("/new-playbook");
  await editor(page).fill((await editor(page).inputValue()).replace("investigateMyService", NAME));
  await page.getByText("there is a playbook dailySummary already").waitFor();
  expect(await save(page).getAttribute("aria-disabled")).toBe("true");
  await page.goto(`${dashboard.url}/playbooks/${NAME}`);
  await page.getByText("PgMedic's own is followed in its place").waitFor();
  expect(await editor(page).inputValue()).toContain("urgency: high");
  await accessible(page);
  await context.close();
});

test("a playbook is run on a server that is chosen, and leads to its incident", async () => {
  dashboard.api.store.servers = [aServer(), aServer({ serverId: "ledger", displayName: "Ledger" })];
  dashboard.api.store.incidents = [anIncident()];
  const { page, context } = await dashboard.visit(`/playbooks/${NAME}`);
  await page.getByLabel("Server").selectOption("Ledger");
  await page.getByRole("button", { name: "Run on this server" }).click();
  await page.waitForURL("**/incidents/inc-1");
  const asked = dashboard.api.requests.find(({ method, path }) => method === "POST" && path === "/api/incidents");
  expect(asked?.body).toEqual({ serverId: "ledger", playbook: NAME });
  await context.close();
});

test("on a phone who may only read reads the text, and why it cannot be changed", async () => {
  dashboard.api.store.playbooks.write(NAME, `${stored() ?? ""}# Ours.\n`);
  const size = { width: 390, height: 844 };
  const { page, context } = await dashboard.visit(`/playbooks/${NAME}`, { size, role: "reader" });
  await page.getByText("You need the operator role to edit playbooks.").first().waitFor();
  expect(await editor(page).getAttribute("readonly")).not.toBeNull();
  for (const name of ["Cancel", "Go back to the original", "Delete this playbook"])
    expect(await page.getByRole("button", { name }).count(), name).toBe(0);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  await accessible(page);
  await context.close();
});

test("on a phone every page of the navigation fits", async () => {
  const { page, context } = await dashboard.visit("/new-playbook", { size: { width: 390, height: 844 } });
  await page.getByText("It may be saved.").waitFor();
  for (const link of await page.getByRole("navigation", { name: "Main" }).getByRole("link").all()) {
    const box = await link.boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 390, await link.innerText()).toBe(true);
  }
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  await accessible(page);
  await context.close();
});

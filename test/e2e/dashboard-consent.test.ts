// What a person does with the dashboard: decide, allow, revoke, stop, and follow what happens.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Page } from "playwright-core";
import {
  aProposal,
  anIncident,
  anInstruction,
  aResolvedIncident,
  aServer,
  fromNow,
} from "../support/dashboard/data.ts";
import { openDashboard, type Dashboard } from "../support/dashboard/open-dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());
beforeEach(() => {
  dashboard.api.store.servers = [aServer()];
  dashboard.api.store.incidents = [anIncident()];
});
afterEach(() => dashboard.api.reset());

const button = (page: Page, name: string) => page.getByRole("button", { name });
const sent = (path: string) => dashboard.api.requests.filter((request) => `${request.method} ${request.path}` === path);

/** Presses Tab until the focus is on something with this text or label. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const focused: unknown = await page.evaluate(
      "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()",
    );
    if (String(focused).startsWith(name)) return;
  }
  throw new Error(`the keyboard does not reach "${name}"`);
}

test("a person approves with the keyboard alone, and the focus is not lost", async () => {
  const { page, errors, context } = await dashboard.visit("/");
  await page.getByRole("heading", { name: "Shop database" }).waitFor();
  await tabTo(page, "Incidents");
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: "Incidents" }).waitFor();
  await tabTo(page, "CPU above 80 % on Shop database");
  await page.keyboard.press("Enter");
  await button(page, "Approve once").waitFor();
  await tabTo(page, "Approve once");
  await page.keyboard.press("Enter");
  await page.getByText("Approved by Ada").waitFor();
  expect(await page.locator(":focus").innerText()).toBe("Where it stands");
  const [decision] = sent("POST /api/incidents/inc-1/decision");
  expect(decision?.body).toEqual({ proposalId: "prop-1", proposalHash: aProposal().hash, verdict: "approve" });
  expect(decision?.headers["x-pgmedic-request"]).toBe("1");
  expect(decision?.headers["content-type"]).toBe("application/json");
  expect(errors).toEqual([]);
  await context.close();
});

test("skipping with a reason closes the incident and keeps the reason", async () => {
  const { page, context } = await dashboard.visit("/incidents/inc-1");
  await page.getByText("Add a reason").click();
  await page.getByLabel("Reason, kept in the record").fill("The table is dropped tonight");
  await button(page, "Skip").click();
  await page.getByText("Skipped by Ada").waitFor();
  await page.getByText("The table is dropped tonight").waitFor();
  await context.close();
});

test("always allow leads through the conversation to an instruction and the approval", async () => {
  const { page, context } = await dashboard.visit("/incidents/inc-1");
  await button(page, "Always allow").click();
  const panel = page.getByRole("dialog", { name: "Always allow" });
  const confirm = panel.getByRole("button", { name: "Confirm" });
  await panel.getByRole("button", { name: "Go on" }).waitFor();
  expect(await confirm.getAttribute("aria-disabled")).toBe("true");
  expect(await panel.getByText("Answer the questions first.").isVisible()).toBe(true);
  await panel.getByRole("button", { name: "Go on" }).click();
  // What is typed before the next question is there was for the one before it.
  await panel.getByRole("button", { name: "Go on" }).waitFor({ state: "detached" });
  await panel.getByLabel("Your answer").fill("all tables of schema public");
  await panel.getByRole("button", { name: "Send" }).click();
  for (const choice of ["4 GB", "Always", "3 times", "30 days"]) {
    await panel.getByRole("button", { name: choice, exact: true }).click();
  }
  await panel.getByRole("region", { name: "The instruction" }).getByText("PgMedic may create an index").waitFor();
  await confirm.click();
  await panel.getByRole("button", { name: "Done" }).click();
  await page.getByText("Approved by Ada").waitFor();
  await page.getByRole("link", { name: "See the instruction" }).click();
  await page.getByRole("heading", { name: "In force" }).waitFor();
  await context.close();
});

test("leaving the conversation changes nothing and brings the focus back", async () => {
  const { page, context } = await dashboard.visit("/incidents/inc-1");
  await button(page, "Always allow").click();
  await button(page, "Go on").click();
  await button(page, "Only orders").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await page.locator(":focus").innerText()).toContain("Always allow");
  expect(sent("POST /api/chats/chat-1/confirm")).toEqual([]);
  expect(await button(page, "Approve once").getAttribute("aria-disabled")).toBe("false");
  await context.close();
});

test("a reader sees the choices, why they do not work, and presses them in vain", async () => {
  const { page, context } = await dashboard.visit("/incidents/inc-1", { role: "reader" });
  for (const name of ["Approve once", "Always allow", "Skip"]) {
    expect(await button(page, name).getAttribute("aria-disabled")).toBe("true");
  }
  expect(await page.getByText("You need the operator role to decide.").first().isVisible()).toBe(true);
  await button(page, "Approve once").press("Enter");
  expect(sent("POST /api/incidents/inc-1/decision")).toEqual([]);
  await context.close();
});

test.each([
  { status: 403, advice: "Ask an admin" },
  { status: 409, advice: "Look at what stands now" },
  { status: 410, advice: "A new alert brings a fresh proposal" },
  { status: 412, advice: "Read it again, then decide" },
])("a decision that is refused with $status says what to do", async ({ status, advice }) => {
  dashboard.api.fail("POST /api/incidents/inc-1/decision", status, "The decision was not taken");
  const { page, context } = await dashboard.visit("/incidents/inc-1");
  await button(page, "Approve once").click();
  const notice = page.getByText("The decision was not taken");
  await notice.waitFor();
  expect(await notice.innerText()).toContain(advice);
  await context.close();
});

test("an answer outside the contract is not shown as if it were right", async () => {
  dashboard.api.failures.set("GET /api/servers", { status: 200, body: { servers: [{ serverId: 1 }] } });
  const { page, context } = await dashboard.visit("/");
  await page.getByText("The dashboard does not understand the answer").waitFor();
  await context.close();
});

test("a tab that was opened before a deployment shows what it knows of a newer answer", async () => {
  const body = { servers: [], addedSince: { by: "a newer version" } };
  dashboard.api.failures.set("GET /api/servers", { status: 200, body });
  const { page, context } = await dashboard.visit("/");
  await page.getByText("No server is registered yet").waitFor();
  expect(await page.getByText("does not understand the answer").count()).toBe(0);
  await context.close();
});

test("what happens on the server is on the screen a poll of two seconds later, without a reload", async () => {
  const { page, context } = await dashboard.visit("/incidents/inc-1");
  await button(page, "Approve once").waitFor();
  const start = performance.now();
  dashboard.api.put(aResolvedIncident());
  await page.getByText("Execution and verification").waitFor();
  expect(performance.now() - start).toBeLessThan(3_500);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Incidents" }).click();
  dashboard.api.put(anIncident({ incidentId: "inc-2", title: "A second one" }));
  await page.getByRole("link", { name: "A second one" }).waitFor();
  await context.close();
});

test("an outage is said, and after it everything is fresh again", async () => {
  const { page, context } = await dashboard.visit("/incidents");
  await page.getByRole("list", { name: "Incidents" }).waitFor();
  dashboard.api.fail("GET /api/changes", 503, "Down");
  await page.getByText("PgMedic cannot be reached.").waitFor();
  dashboard.api.store.incidents = [aResolvedIncident()];
  dashboard.api.failures.clear();
  await page.getByText("Human approved").waitFor();
  await page.getByText("PgMedic cannot be reached.").waitFor({ state: "detached" });
  await context.close();
});

test.each([414, 431])(
  "a cursor that makes the address too long (%i) is begun anew, and nothing is missed",
  async (status) => {
    const { page, context } = await dashboard.visit("/incidents");
    await page.getByText("Live").waitFor();
    const asked: string[] = [];
    await page.route("**/api/changes?since=*", (route) => {
      asked.push(route.request().url());
      // Whatever stands before the API answers in its own words.
      return route.fulfill({ status, contentType: "text/html", body: "<h1>Too long</h1>" });
    });
    await page.getByText("PgMedic cannot be reached.").waitFor();
    dashboard.api.put(anIncident({ incidentId: `inc-${status}`, title: `Seen after ${status}` }));
    await page.getByRole("link", { name: `Seen after ${status}` }).waitFor();
    expect(asked.length).toBeGreaterThan(0);
    await context.close();
  },
);

test("whoever is signed out meanwhile is told so and comes back to the same page", async () => {
  const { page, context } = await dashboard.visit("/timeline");
  await page.getByText("Live").waitFor();
  await context.clearCookies();
  await page.getByText("You are signed out.").waitFor();
  await button(page, "Sign in").first().click();
  await button(page, "Sign in").click();
  await page.waitForURL(`${dashboard.url}/timeline`);
  await context.close();
});

test("incidents are filtered by state and by words", async () => {
  dashboard.api.store.incidents = [
    anIncident({ title: "Open one" }),
    { ...aResolvedIncident(), incidentId: "inc-0", title: "Closed one", openedAt: fromNow(-9e6) },
  ];
  const { page, context } = await dashboard.visit("/incidents");
  const rows = page.getByRole("list", { name: "Incidents" }).getByRole("listitem");
  await rows.nth(1).waitFor();
  await page.getByText("Closed", { exact: true }).click();
  await page.getByText("Open one").waitFor({ state: "detached" });
  await page.getByText("Closed one").waitFor();
  await page.getByText("All", { exact: true }).click();
  await rows.nth(1).waitFor();
  await page.getByLabel("Find in these incidents").fill("open shop");
  await page.getByText("Closed one").waitFor({ state: "detached" });
  expect(await rows.count()).toBe(1);
  await page.getByLabel("Find in these incidents").fill("nothing like it");
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await context.close();
});

test("an instruction is revoked after a second look", async () => {
  dashboard.api.store.instructions = [anInstruction()];
  const { page, context } = await dashboard.visit("/instructions");
  await button(page, "Revoke").click();
  await button(page, "Keep it").click();
  await button(page, "Revoke").click();
  await button(page, "Revoke now").click();
  await page.getByRole("heading", { name: "No longer in force" }).waitFor();
  expect(sent("DELETE /api/instructions/ins-4f1c0a92b7d35e6841aa")).toHaveLength(1);
  await context.close();
});

test("the kill switch is an admin's: on, everybody sees it; off again", async () => {
  const reader = await dashboard.visit("/", { role: "operator" });
  expect(await button(reader.page, "Kill switch").count()).toBe(0);
  await reader.context.close();
  const { page, context } = await dashboard.visit("/", { role: "admin" });
  await button(page, "Kill switch").click();
  await button(page, "Stop everything").click();
  await page.getByText("PgMedic looks and proposes, but executes nothing.").waitFor();
  await button(page, "Kill switch is on").click();
  await button(page, "Turn off").click();
  await page.getByText("The kill switch is on:").waitFor({ state: "detached" });
  await context.close();
});

test("a server is checked on demand, with the SQL that mends what is missing", async () => {
  const { page, context } = await dashboard.visit("/");
  await button(page, "Check now").click();
  await page.getByText("Reachable, PostgreSQL 18.1").waitFor();
  await page.getByText("CREATE EXTENSION pg_stat_statements;").waitFor();
  await context.close();
});

test("a check that takes long is followed until its answer is there", async () => {
  dashboard.api.checkDelay = 2;
  const { page, context } = await dashboard.visit("/");
  await button(page, "Check now").click();
  await page.getByText("Connecting as both roles").waitFor();
  await page.getByText("Reachable, PostgreSQL 18.1").waitFor();
  expect(sent("GET /api/servers/shop/checks/probe-1")).toHaveLength(2);
  await context.close();
});

test("the demo is played from the dashboard where there is one, and not shown where there is none", async () => {
  const { page, context } = await dashboard.visit("/");
  await button(page, "Hammer orders.customer_id").click();
  await page.getByText("orders.customer_id: 4 clients").waitFor();
  await button(page, "Calm down").click();
  await page.getByText("Light load only.").waitFor();
  await context.close();
  dashboard.api.fail("GET /status", 404, "No demo");
  const azure = await dashboard.visit("/");
  await azure.page.getByRole("heading", { name: "Shop database" }).waitFor();
  expect(await azure.page.getByText("Play the demo").count()).toBe(0);
  await azure.context.close();
});

test("the theme can be chosen, and is kept", async () => {
  const { page, context } = await dashboard.visit("/");
  const scheme = () => page.evaluate("getComputedStyle(document.documentElement).colorScheme");
  await page.getByRole("button", { name: "Theme: auto" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  expect(await scheme()).toBe("dark");
  await page.reload();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  expect(await scheme()).toBe("dark");
  await context.close();
});

test("a page's title follows, and the browser's back works", async () => {
  const { page, context } = await dashboard.visit("/incidents");
  await page.getByRole("link", { name: "CPU above 80 % on Shop database" }).click();
  await button(page, "Approve once").waitFor();
  await expect.poll(() => page.title()).toBe("CPU above 80 % on Shop database · PgMedic");
  await page.goBack();
  await page.getByRole("list", { name: "Incidents" }).waitFor();
  await expect.poll(() => page.title()).toBe("Incidents · PgMedic");
  await context.close();
});

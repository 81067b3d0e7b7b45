// Every screen in each of its states, in both themes, held against axe.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { accessibilityProblems } from "../support/dashboard/axe.ts";
import {
  aDeadLetter,
  aBaselinesView,
  aSchedule,
  aGraduation,
  anIncident,
  anInstruction,
  aResolvedIncident,
  aServer,
  fromNow,
} from "../support/dashboard/data.ts";
import { aMemory } from "../support/memories.ts";
import { openDashboard, type Dashboard } from "../support/dashboard/open-dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());
afterEach(() => dashboard.api.reset());

/** Puts one of everything into the store. */
function fill(): void {
  const { store } = dashboard.api;
  const instruction = anInstruction();
  store.servers = [
    aServer({ activeIncidentIds: ["inc-1"], instructions: [instruction] }),
    aServer({ serverId: "ledger", displayName: "Ledger", enabled: false, lastSnapshotAt: null }),
  ];
  store.incidents = [anIncident(), { ...aResolvedIncident(), incidentId: "inc-0" }];
  store.instructions = [instruction];
  store.autonomy = { ...store.autonomy, effective: "autonomous", graduation: aGraduation() };
  store.schedules = [aSchedule()];
  store.memories = Array.from({ length: 12 }, (_, place) =>
    aMemory({ incidentId: `inc-past-${place}`, confidence: place < 11 ? 0.97 : 0.6 }),
  );
  store.deadLetters = [
    aDeadLetter(),
    aDeadLetter({ letterId: "dead-1", queue: "run-events", stays: "The sweep does it." }),
  ];
}

const SCREENS = [
  { path: "/", data: "/api/servers", empty: "No server is registered yet", done: "Shop database", what: "servers" },
  {
    path: "/incidents",
    data: "/api/incidents",
    empty: "No incident yet",
    done: "CPU above 80 % on Shop database",
    what: "incidents",
  },
  {
    path: "/timeline",
    data: "/api/timeline",
    empty: "Nothing has happened yet",
    done: "Median time to close",
    what: "timeline",
  },
  { path: "/playbooks", data: "/api/playbooks", empty: null, done: "The day in short", what: "playbooks" },
  {
    path: "/playbooks/dailySummary",
    data: "/api/playbooks/dailySummary",
    empty: null,
    done: "What it does",
    what: "playbook",
  },
  {
    path: "/instructions",
    data: "/api/instructions",
    empty: "No standing instruction",
    done: "In force",
    what: "instructions",
  },
  {
    path: "/autonomy",
    data: "/api/autonomy",
    empty: "No server, no level",
    done: "Diagnoses that proved right",
    what: "autonomy",
  },
  {
    path: "/undelivered",
    data: "/api/dead-letters",
    empty: "Every message was delivered",
    done: "MaxDeliveryCountExceeded",
    what: "messages",
  },
  { path: "/incidents/inc-1", data: "/api/incidents/inc-1", empty: null, done: "Findings for", what: "incident" },
];

async function expectAccessible(page: Page): Promise<void> {
  expect(await accessibilityProblems(page)).toEqual([]);
}

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  test.each(SCREENS)("$path shows what there is, and axe finds nothing", async ({ path, done }) => {
    fill();
    const { page, errors, context } = await dashboard.visit(path, { theme, role: "admin" });
    await page.getByText(done).first().waitFor();
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await context.close();
  });

  test.each(SCREENS)("$path says that it loads, then why it failed, then works again", async (screen) => {
    const { path, data, done, what } = screen;
    fill();
    dashboard.api.hold(data);
    const { page, context } = await dashboard.visit(path, { theme });
    await page.getByText(`Loading ${what} …`).waitFor({ state: "attached" });
    dashboard.api.fail(`GET ${data}`, 503, "Cosmos DB does not answer");
    dashboard.api.release();
    const alert = page.getByRole("alert").filter({ hasText: `The ${what} cannot be shown` });
    await alert.waitFor();
    expect(await alert.innerText()).toContain("Cosmos DB does not answer");
    expect(await alert.innerText()).toContain("Try again in a moment");
    await expectAccessible(page);
    dashboard.api.failures.clear();
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByText(done).first().waitFor();
    await context.close();
  });

  test.each(SCREENS.filter(({ empty }) => empty !== null))("$path says that it is empty", async ({ path, empty }) => {
    const { page, context } = await dashboard.visit(path, { theme });
    await page.getByRole("heading", { name: empty ?? "" }).waitFor();
    await expectAccessible(page);
    await context.close();
  });

  test("the outcome of an incident and how it came to it are shown, and axe finds nothing", async () => {
    fill();
    dashboard.api.store.isAuditIntact = false;
    const { page, context } = await dashboard.visit("/incidents/inc-0", { theme });
    await page.getByRole("heading", { name: "Execution and verification" }).waitFor();
    await page.getByText("Chain broken").waitFor();
    const step = page.getByRole("list", { name: "Steps" }).getByText("1. alert");
    await step.click();
    await page.getByRole("heading", { name: "Recorded" }).first().waitFor();
    await expectAccessible(page);
    await context.close();
  });

  test("what was seen before leads to its incident; where there is nothing like it, that is said", async () => {
    fill();
    const { page, context } = await dashboard.visit("/incidents/inc-1", { theme });
    const seen = page.getByRole("region", { name: "Seen before" });
    await seen.getByText("The same cause on the same table").waitFor();
    await seen.getByText("Taken back", { exact: true }).waitFor();
    await seen.getByRole("heading", { name: "What would last" }).waitFor();
    await seen.getByRole("link", { name: "inc-0", exact: true }).click();
    await page.getByRole("heading", { name: "Execution and verification" }).waitFor();
    const [waiting] = dashboard.api.store.incidents;
    if (waiting?.diagnosis == null) throw new Error("the incident has no diagnosis");
    dashboard.api.put({ ...waiting, diagnosis: { ...waiting.diagnosis, recalled: [], lasting: null } });
    await page.goto(`${dashboard.url}/incidents/inc-1`);
    await seen.getByText("Nothing like it is remembered of this server.").waitFor();
    await expectAccessible(page);
    await context.close();
  });

  test("the timeline says how well confidence held, with counts, and where there are too few", async () => {
    fill();
    const { page, context } = await dashboard.visit("/timeline", { theme });
    const table = page.getByRole("region", { name: "Confidence and outcome" });
    await table.getByRole("row", { name: "95 % to 100 % 11 11 100 %" }).waitFor();
    await table.getByRole("row", { name: "50 % to 70 % 1 1 too few" }).waitFor();
    await page.getByText("12 runs are remembered, 12 of them had an action that was measured.").waitFor();
    dashboard.api.fail("GET /api/memory", 503, "Cosmos DB does not answer");
    await page.reload();
    await page.getByRole("alert").filter({ hasText: "The calibration cannot be shown" }).waitFor();
    await page.getByText("Median time to close").waitFor();
    await expectAccessible(page);
    await context.close();
  });

  test("the post-mortem of an incident that is over is a download away", async () => {
    fill();
    const { page, context } = await dashboard.visit("/incidents/inc-0", { theme });
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Post-mortem" }).click();
    expect((await download).suggestedFilename()).toBe("inc-0.md");
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await page.goto(`${dashboard.url}/incidents/inc-1`);
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    expect(await page.getByRole("link", { name: "Post-mortem" }).count()).toBe(0);
    await context.close();
  });

  test("an admin says how far PgMedic may go on a server, and a reader only sees it", async () => {
    fill();
    const { page, context } = await dashboard.visit("/autonomy", { theme, role: "admin" });
    const card = page.getByRole("article", { name: "Shop database" });
    const vacuum = card.getByLabel("Vacuum on Shop database");
    expect(await vacuum.inputValue()).toBe("3");
    await vacuum.selectOption("4");
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("The levels of Shop database are saved.").waitFor();
    expect(dashboard.api.store.servers[0]?.automation?.levels).toEqual({ indexes: 4, sessions: 2, vacuum: 4 });
    await expectAccessible(page);
    await context.close();
    const reader = await dashboard.visit("/autonomy", { theme, role: "reader" });
    const level = reader.page.getByLabel("Vacuum on Shop database");
    await level.waitFor();
    expect(await level.isDisabled()).toBe(true);
    await reader.context.close();
  });

  test("a server's schedules are seen, added and removed", async () => {
    fill();
    const { page, context } = await dashboard.visit("/", { theme });
    // It comes a moment later and moves what is below it.
    await page.getByRole("heading", { name: "Play the demo" }).waitFor();
    const card = page.getByRole("article", { name: "Shop database" });
    await card.getByText("Schedules, 1").click();
    await card.getByText("every day at 06:00 UTC, next").waitFor();
    expect(await card.getByRole("link", { name: "healthy" }).getAttribute("href")).toBe("/incidents/inc-0");
    await card.getByLabel("Playbook").selectOption("generalMonitoring");
    await card.getByLabel("When").selectOption("weekly");
    await card.getByRole("button", { name: "Add", exact: true }).click();
    await card.getByText("Schedules, 2").waitFor();
    await card.getByText("Not run yet").waitFor();
    expect(dashboard.api.store.schedules[1]).toMatchObject({
      serverId: "shop",
      playbook: "generalMonitoring",
      cadence: { kind: "cron", expression: "0 6 * * 1" },
    });
    await expectAccessible(page);
    await card.getByRole("button", { name: "Remove dailySummary" }).click();
    await card.getByText("Schedules, 1").waitFor();
    expect(dashboard.api.store.schedules.map(({ playbook }) => playbook)).toEqual(["generalMonitoring"]);
    await context.close();
  });

  test("a server's card says what deviates, what is usual, and that it is learning", async () => {
    fill();
    const said = "mean statement time 6.2 σ above Tuesdays 14:00 UTC: 41 ms, usually 6.1 ms";
    dashboard.api.store.baselines = aBaselinesView("shop", {
      anomalies: [
        {
          kind: "latency",
          subject: "",
          since: fromNow(-600_000),
          said,
          endedAt: null,
          ending: null,
          incidentId: "inc-1",
        },
      ],
      projection: { percent: 61.4, perDay: 0.4, limit: 85, days: 59 },
    });
    const { page, context } = await dashboard.visit("/", { theme, role: "reader" });
    const card = page.getByRole("article", { name: "Shop database" });
    const told = card.getByRole("link", { name: said });
    await told.waitFor();
    expect(await told.getAttribute("href")).toBe("/incidents/inc-1");
    await card.getByText("What is usual now").click();
    await card.getByRole("row", { name: "Mean statement time 6.4 ms 6.1 ms 18.3 ms" }).waitFor();
    await card.getByRole("img", { name: "Mean statement time on a day like this: from 4 ms to 6.3 ms" }).waitFor();
    await card.getByText("Storage is 61.4 % full and changes by 0.4 points a day: 85 % in 59 days.").waitFor();
    await expectAccessible(page);

    dashboard.api.store.baselines = aBaselinesView("shop", { state: "learning", hours: 31 });
    dashboard.api.tell("server", "shop");
    await card.getByText("31 of 72 hours").waitFor();
    await expectAccessible(page);
    dashboard.api.store.baselines = aBaselinesView("shop");
    dashboard.api.tell("server", "shop");
    await card.getByText("As usual for this hour.").waitFor();
    dashboard.api.store.baselines = aBaselinesView("shop", { state: "off", metrics: [] });
    dashboard.api.tell("server", "shop");
    await card.getByText("Nothing is detected here: detection is switched off.").waitFor();
    dashboard.api.fail("GET /api/servers/shop/baselines", 404, "There is no such server");
    dashboard.api.tell("server", "shop");
    await card.getByText("There is no such server.").waitFor();
    await expectAccessible(page);
    await context.close();
  });

  test("a diagnostic is run by its name, and what it found stays with the incident", async () => {
    fill();
    const { page, context } = await dashboard.visit("/incidents/inc-1", { theme, role: "operator" });
    await page.getByRole("button", { name: "How the tables are kept" }).click();
    const found = page.getByRole("region", { name: "How the tables are kept" });
    await found.getByRole("cell", { name: "1204" }).waitFor();
    await expectAccessible(page);
    await context.close();
  });

  test("a server's report says what would have been proposed, refused and told to the developers", async () => {
    fill();
    const { page, context } = await dashboard.visit("/", { theme, role: "operator" });
    await page.getByRole("button", { name: "What would it propose?" }).first().click();
    await page.getByText("Would have proposed 1").waitFor();
    await page.getByText("Would have refused, 1").click();
    await page.getByText("no plan of the workload would use it").waitFor();
    await page.getByText("For the developers, 1").click();
    await page.getByText("Compare the column itself with a range.").waitFor();
    await expectAccessible(page);
    await context.close();
  });

  test("the conversation, the kill switch's question and its banner are accessible", async () => {
    fill();
    const { page, context } = await dashboard.visit("/incidents/inc-1", { theme, role: "admin" });
    await page.getByRole("button", { name: "Always allow" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Kill switch" }).click();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Stop everything" }).click();
    await page.getByText("The kill switch is on:").waitFor();
    await expectAccessible(page);
    await context.close();
  });
});

test("on a phone nothing is wider than the screen, and axe finds nothing", async () => {
  fill();
  const { page, context } = await dashboard.visit("/", { size: { width: 390, height: 844 }, role: "admin" });
  for (const { path, done } of SCREENS) {
    await page.goto(dashboard.url + path);
    await page.getByText(done).first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBe(390);
    await expectAccessible(page);
  }
  await context.close();
});

test("on a phone who may only read sees the schedules, and why they cannot change them", async () => {
  fill();
  const { page, context } = await dashboard.visit("/", { size: { width: 390, height: 844 }, role: "reader" });
  await page.getByText("Schedules, 1").click();
  const line = page.getByText("every day at 06:00 UTC, next");
  await line.waitFor();
  expect((await line.boundingBox())?.width).toBeGreaterThan(200);
  await page.getByText("You need the operator role to set a schedule.").first().waitFor();
  expect(await page.getByRole("button", { name: "Remove dailySummary" }).count()).toBe(0);
  await context.close();
});

test("a banner leads to what was not delivered, where a message is sent again, or the reason stands why not", async () => {
  fill();
  const { page, context } = await dashboard.visit("/", { role: "operator" });
  await page.getByText("2 messages were not delivered").waitFor();
  await page.getByRole("link", { name: "Look at them" }).click();
  const [given, stays] = [page.getByRole("article").nth(0), page.getByRole("article").nth(1)];
  await stays.getByText("The sweep does it.").waitFor();
  await given.getByText("What it says").click();
  await given.getByText('"trigger"').waitFor();
  await given.getByRole("button", { name: "Send again" }).click();
  await given.getByText("Sent again by Ada").waitFor();
  await page.goto(dashboard.url);
  await page.getByText("A message was not delivered").waitFor();
  await context.close();
});

test("an unknown page and an unknown incident say so", async () => {
  const { page, context } = await dashboard.visit("/nowhere");
  await page.getByRole("heading", { name: "There is no page here" }).waitFor();
  await expectAccessible(page);
  await page.goto(`${dashboard.url}/incidents/inc-9`);
  await page.getByRole("heading", { name: "No such incident" }).waitFor();
  await context.close();
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Fake, startFake } from "../../support/http-fake.ts";
import { runTool } from "../../support/run-tool.ts";

let people: Fake;
beforeAll(async () => {
  people = await startFake(({ path }) => (path === "/slack" ? { status: 404, body: "no_service" } : { status: 202 }));
});
afterAll(() => people.stop());

const notify = (...args: string[]) =>
  runTool(["--disable-warning=ExperimentalWarning", "functions/cli/main.ts", "notify", ...args]);
const Event = z.looseObject({ event_action: z.string(), dedup_key: z.string() });

test("a test without a channel, or without being asked for, is an error of whoever calls", async () => {
  expect(await notify("--test")).toMatchObject({ code: 2, output: expect.stringContaining("No PGMEDIC_NOTIFY_") });
  expect(await notify()).toMatchObject({ code: 2, output: expect.stringContaining("give --test") });
});

test("a test says what each channel answered, and leaves no page behind", async () => {
  Object.assign(process.env, {
    PGMEDIC_NOTIFY_SLACK_URL: `${people.url}/slack`,
    PGMEDIC_NOTIFY_TEAMS_URL: "http://teams.example/hook",
    PGMEDIC_NOTIFY_PAGERDUTY_KEY: "integration-key",
    PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: `${people.url}/pager`,
  });
  const { code, output } = await notify("--test");
  expect(code).toBe(1);
  expect(output).toContain("slack: not told, and a run would not try again: it answered 404 no_service");
  expect(output).toContain("teams: not told, and a run would not try again: its address must begin with https://");
  expect(output).toContain("pagerDuty: told");
  const pages = people.asked.filter(({ path }) => path === "/pager").map(({ body }) => Event.parse(JSON.parse(body)));
  expect(pages.map(({ event_action }) => event_action)).toEqual(["trigger", "resolve"]);
  expect(new Set(pages.map(({ dedup_key }) => dedup_key)).size).toBe(1);
});

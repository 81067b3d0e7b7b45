// `npm start -- --demo`: the story is played against the running cloud while a person watches, and may decide.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { z } from "zod";
import { type Caller, callApi, signedIn } from "../../../infra/local/api-client.ts";
import { personOf } from "../../../infra/local/demo/person.ts";
import { eventually } from "../../../infra/local/eventually.ts";
import { PORTS, readLocalSettings } from "../../../infra/local/settings.ts";
import { type Command, runCommand } from "../../support/command.ts";
import { temporaryFolder } from "../../support/process.ts";

const MINUTES = 60_000;
const folder = temporaryFolder();
chmodSync(folder.path, 0o711);
const environment = {
  ...Object.fromEntries(Object.values(PORTS).map((setting) => [setting, "0"])),
  PGMEDIC_STATE: join(folder.path, "state"),
};
let start: Command;

afterEach(() => start.end());
afterAll(() => folder.remove());

async function started(): Promise<string> {
  start = runCommand("start.ts", ["--demo"], environment);
  const [, front = ""] = await start.prints(/is ready after .*: (http:\/\/localhost:\d+)/);
  return front;
}

test(
  "when a person approves first, the story goes on from there",
  async () => {
    const front = await started();
    const ann = await signedIn(front, { name: "Ann", role: "operator" });
    const [, id = ""] = await start.prints(/unless you do first at\s+\S+\/incidents\/(inc-\w+)/);
    const { proposal } = await personOf(ann).incident(id);
    const body = { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict: "approve" };
    expect((await callApi(ann, "POST", `incidents/${id}/decision`, { body })).status).toBe(200);
    await start.prints(/Ann: approved once/);
    await start.prints(/Resolved \(humanApproved\)/);
    await start.prints(/7 · orders.product_id is hit, and asks again/);
    start.signal("SIGINT");
    expect(await start.ended).toBe(0);
    expect(start.output()).toContain("The demo was broken off.");
  },
  4 * MINUTES,
);

const Hammer = z.object({ column: z.string(), clients: z.number(), calls: z.number(), errors: z.number() });
const Status = z.object({ hammers: z.array(Hammer) });
const fromPage = { "content-type": "application/json", "x-pgmedic-request": "1" };
const steer = async (front: string, caller: Caller, body: object) => {
  const response = await fetch(`${front}/.local/demo`, {
    method: "POST",
    headers: { ...fromPage, ...caller.headers },
    body: JSON.stringify(body),
  });
  return response.status;
};

test(
  "a story that was played is not played over, and the dashboard's buttons steer the workload",
  async () => {
    const front = await started();
    await start.prints(/NOT SEEN · 1 · Baseline: .*index on customer_id.*npm run reset/);
    await start.prints(/PgMedic goes on/);
    const reader = await signedIn(front, { name: "Rita", role: "reader" });
    const operator = await signedIn(front, { name: "Olaf", role: "operator" });
    const hammers = async () => {
      const response = await fetch(`${front}/.local/demo`, { headers: operator.headers });
      return Status.parse(await response.json()).hammers;
    };
    expect(await steer(front, reader, { do: "hammer", column: "product_id" })).toBe(403);
    expect(await hammers()).toEqual([]);
    expect(await steer(front, operator, { do: "hammer", column: "product_id" })).toBe(200);
    const hammer = await eventually(async () => (await hammers()).find(({ calls }) => calls > 0));
    expect(hammer).toMatchObject({ column: "product_id", clients: 4, errors: 0 });
    expect(await steer(front, operator, { do: "calm" })).toBe(200);
    expect(await hammers()).toEqual([]);
    start.signal("SIGTERM");
    expect(await start.ended).toBe(0);
  },
  2 * MINUTES,
);

test("the demo is never played on a server of one's own", () => {
  const settled = readLocalSettings(["--demo", "--server", "postgres://user@host/database"], {});
  expect(settled.ok ? "" : settled.problem).toContain("never a server of yours");
  expect(readLocalSettings(["--demo"], {})).toMatchObject({ ok: true, settings: { PGMEDIC_DEMO: true } });
  expect(readLocalSettings([], {})).toMatchObject({ ok: true, settings: { PGMEDIC_DEMO: false } });
});

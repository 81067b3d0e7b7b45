// Playbooks are edited through the API, and the next alert is investigated by what was saved: real runs on a real PostgreSQL.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { servicesOf } from "../../../functions/services.ts";
import { readSettings } from "../../../functions/settings.ts";
import { COSMOS_KEY } from "../../../infra/local/cosmos/server.ts";
import type { Address } from "../../../shared/adapters/documents.ts";
import { KEPT_VERSIONS } from "../../../shared/adapters/playbook-edits.ts";
import { AuditAnswer, type IncidentDetail, Problem } from "../../../shared/contracts/api.ts";
import {
  PlaybookCheck,
  PlaybookDetail,
  PlaybookEdit,
  PlaybookList,
  type PlaybookView,
} from "../../../shared/contracts/playbook-edit.ts";
import { digest } from "../../../shared/core/digest.ts";
import { type Cloud, type Call, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { BY_CUSTOMER, sufferingShop } from "../../support/suffering-shop.ts";

let cloud: Cloud;
const shop = sufferingShop(() => cloud);
beforeAll(async () => {
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
});
afterEach(() => shop.calm());
afterAll(() => cloud.stop());

const CPU = "investigateHighCPU";
const detail = async (name: string): Promise<PlaybookDetail> =>
  PlaybookDetail.parse((await cloud.call("GET", `playbooks/${name}`)).body);
const put = (name: string, text: string, version: number, as: Call["as"] = ["operator"]) =>
  cloud.call("PUT", `playbooks/${name}`, { as, body: { text, version } });
const remove = (name: string, version: number, as: Call["as"] = ["operator"]) =>
  cloud.call("DELETE", `playbooks/${name}?version=${version}`, { as });
const listed = async (name: string): Promise<PlaybookView | undefined> =>
  PlaybookList.parse((await cloud.call("GET", "playbooks")).body).playbooks.find((one) => one.name === name);
const textOf = async (name: string): Promise<string> => (await detail(name)).text ?? "";
const documents = () =>
  servicesOf(readSettings({ COSMOS_ENDPOINT: `http://127.0.0.1:${cloud.settings.PGMEDIC_COSMOS_PORT}`, COSMOS_KEY }))
    .documents;
const editAt = (name: string): Address => ({
  container: "system",
  id: `playbook-${name}`,
  partition: `playbook-${name}`,
});

async function hitAndSkip(): Promise<IncidentDetail> {
  const incident = await shop.hit(BY_CUSTOMER);
  await shop.calm();
  if (incident.state !== "awaitingApproval") return incident;
  expect((await shop.decide(incident, "skip")).status).toBe(200);
  return untilState(cloud, incident.incidentId, ["dismissed"]);
}

test("what an operator saves is followed by the next alert's investigation, and the incident says which text it was", async () => {
  const before = await detail(CPU);
  expect(before).toMatchObject({ origin: "own", replaces: null, version: 0, by: null, versions: [] });
  const text = `# Only bloat, until the new release is out. (Ann)\n${before.text}`.replace(
    /causes:\n(?: {2}- \w+\n)+/,
    "causes: [table_bloat]\n",
  );
  const saved = await put(CPU, text.replace(/drillDown:[\s\S]*$/, ""), 0);
  expect(saved.status).toBe(200);
  const kept = PlaybookDetail.parse(saved.body);
  expect(kept).toMatchObject({ origin: "edited", replaces: "own", version: 1, by: { name: "Ann" }, problem: null });
  expect(kept.text).toMatch(/^# Only bloat, until the new release is out\. \(Ann\)\n/);
  expect(await listed(CPU)).toMatchObject({ causes: ["table_bloat"], origin: "edited", version: 1 });

  const narrow = await hitAndSkip();
  expect(narrow.diagnosis).toMatchObject({
    verdict: "unexplained",
    playbook: CPU,
    followed: { name: CPU, origin: "edited", version: 1, digest: digest(kept.text) },
  });
  const { entries } = AuditAnswer.parse((await cloud.call("GET", `incidents/${narrow.incidentId}/audit`)).body);
  expect(entries.find(({ what }) => what === "diagnosed")?.detail["followed"]).toEqual(narrow.diagnosis?.followed);

  const back = await remove(CPU, 1);
  expect(back.status).toBe(200);
  expect(PlaybookDetail.parse(back.body)).toMatchObject({ origin: "own", text: before.text, version: 2 });
  const whole = await hitAndSkip();
  expect(whole.diagnosis).toMatchObject({
    verdict: "cause",
    cause: "missing_index",
    followed: { origin: "own", version: 0, digest: digest(before.text) },
  });
}, 120_000);

test("a playbook of one's own is added, run by hand, and gone when it is deleted; its versions stay", async () => {
  const name = "checkoutIsSlow";
  const text = (await textOf("investigateSlowQueries")).replace("investigateSlowQueries", name);
  const mine = text.replace(/alerts:\n(?: {2}.*\n)+/, "alerts:\n  ruleWords: [checkout]\n");
  expect((await put(name, mine, 0)).status).toBe(200);
  expect(await listed(name)).toMatchObject({ origin: "edited", replaces: null });
  const opened = await cloud.call("POST", "incidents", { body: { serverId: "shop", playbook: name } });
  expect(opened.status).toBe(202);
  const { incidentId } = opened.body as { incidentId: string };
  const incident = await untilState(cloud, incidentId, ["dismissed", "handedOff", "awaitingApproval"]);
  expect(incident.diagnosis?.followed).toMatchObject({ name, version: 1 });
  const schedule = { serverId: "shop", playbook: name, cadence: { kind: "cron", expression: "0 6 * * *" } };
  expect((await cloud.call("PUT", "schedules/checkout", { body: schedule })).status).toBe(200);
  const used = await remove(name, 1);
  expect(used.status).toBe(422);
  expect(Problem.parse(used.body).detail).toContain("a schedule of shop runs it (checkout)");
  expect((await cloud.call("DELETE", "schedules/checkout")).status).toBe(204);
  expect((await remove(name, 1)).status).toBe(200);
  expect(await listed(name)).toBeUndefined();
  expect((await cloud.call("POST", "incidents", { body: { serverId: "shop", playbook: name } })).status).toBe(422);
  const past = await detail(name);
  expect(past).toMatchObject({ origin: null, text: null, version: 2, versions: [{ version: 1, isRemoval: false }] });
  const first = PlaybookEdit.parse((await cloud.call("GET", `playbooks/${name}/versions/1`)).body);
  expect(first.text).toBe(mine);
  expect((await put(name, first.text ?? "", 2)).status, "restored").toBe(200);
  expect((await detail(name)).version).toBe(3);
  expect((await remove(name, 3)).status).toBe(200);
}, 120_000);

test("a text that would leave something behind is refused field by field, and nothing is stored", async () => {
  const text = await textOf("investigateIO");
  const bad = text.replace("- activity", "- weather").replace(/alerts:\n(?: {2}.*\n)+/, "alerts: {}\n");
  const { version } = await detail("investigateIO");
  for (const answer of [
    await put("investigateIO", bad, version),
    await cloud.call("POST", "playbooks/validate", { body: { text: bad, name: "investigateIO" } }),
  ]) {
    expect(answer.status).toBe(422);
    const paths = Problem.parse(answer.body).errors?.map(({ path }) => path);
    expect(paths).toContain("diagnostics.0");
    expect(paths).toContain("alerts.metrics");
  }
  expect((await put("investigateIO", "name: [", version)).status).toBe(422);
  expect((await put("investigateIO", "x".repeat(20_001), version)).status).toBe(400);
  expect((await put("no-name", text, 0)).status).toBe(422);
  expect((await remove("investigateIO", 0)).status, "nobody changed it").toBe(409);
  expect(await detail("investigateIO")).toMatchObject({ origin: "own", version: 0 });
  const good = await cloud.call("POST", "playbooks/validate", { body: { text, name: "investigateIO" } });
  expect(PlaybookCheck.parse(good.body).playbook.name).toBe("investigateIO");
});

test("of two editors the second is told to read what stands there; a lost answer may be asked for again", async () => {
  const name = "tuneSettings";
  const text = await textOf(name);
  const [mine, theirs] = [`# mine\n${text}`, `# theirs\n${text}`];
  expect((await put(name, mine, 0)).status).toBe(200);
  expect((await put(name, mine, 0)).status, "the same again").toBe(200);
  const second = await put(name, theirs, 0);
  expect(second.status).toBe(412);
  expect(Problem.parse(second.body).detail).toMatch(/at version 1, by Ann .* you edited version 0\. Keep your text/);
  expect((await remove(name, 7)).status).toBe(412);
  expect(await textOf(name)).toBe(mine);
  expect((await put(name, theirs, 1)).status).toBe(200);
  const at = await Promise.all(["a", "b", "c"].map((who) => put(name, `# ${who}\n${text}`, 2)));
  expect(at.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412]);
  expect((await detail(name)).versions.map(({ version }) => version)).toEqual([2, 1]);
});

test("earlier versions are kept, but not without end", async () => {
  const name = "dailySummary";
  const text = await textOf(name);
  const most = KEPT_VERSIONS + 3;
  for (let version = 0; version < most; version += 1)
    expect((await put(name, `# ${version}\n${text}`, version)).status).toBe(200);
  const { versions } = await detail(name);
  expect(versions.map(({ version }) => version)).toEqual(
    Array.from({ length: KEPT_VERSIONS }, (_, place) => most - 1 - place),
  );
});

test("who may only read reads texts and versions, and changes nothing", async () => {
  const text = await textOf("investigateBloat");
  expect((await put("investigateBloat", text, 0, ["reader"])).status).toBe(403);
  expect((await remove("investigateBloat", 0, ["reader"])).status).toBe(403);
  expect((await cloud.call("GET", "playbooks/investigateBloat", { as: ["reader"] })).status).toBe(200);
  expect((await cloud.call("GET", "playbooks/nowhere", { as: ["reader"] })).status).toBe(404);
  expect((await cloud.call("GET", "playbooks/investigateBloat/versions/9", { as: ["reader"] })).status).toBe(404);
  expect((await cloud.call("GET", "playbooks", { as: [] })).status).toBe(401);
});

test("what this version cannot read or use stops no run: PgMedic's own is followed, it is said, and nobody writes over it", async () => {
  const own = await detail("investigateBlocking");
  const at = new Date().toISOString();
  const ann = { kind: "person", userId: "ann", name: "Ann" };
  await documents().put(editAt("investigateBlocking"), { name: "investigateBlocking", version: 9, steps: [1] });
  const unusable = `${await textOf("investigateStorage")}\nurgency: high\n`;
  const later = { name: "investigateStorage", version: 4, text: unusable, by: ann, at, reviewedBy: "Bob" };
  await documents().put(editAt("investigateStorage"), later);
  expect(await listed("investigateBlocking")).toMatchObject({
    origin: "own",
    problem: expect.stringContaining("newer version"),
  });
  expect((await put("investigateBlocking", own.text ?? "", 0)).status).toBe(409);
  expect((await remove("investigateBlocking", 9)).status).toBe(409);
  expect(await detail("investigateStorage")).toMatchObject({
    origin: "own",
    version: 4,
    problem: expect.stringContaining("urgency"),
    unusedText: unusable,
  });
  for (const playbook of ["investigateBlocking", "investigateStorage"]) {
    const { body } = await cloud.call("POST", "incidents", { body: { serverId: "shop", playbook } });
    const { incidentId } = body as { incidentId: string };
    const incident = await untilState(cloud, incidentId, ["dismissed", "handedOff", "awaitingApproval"]);
    expect(incident.diagnosis?.followed).toMatchObject({ name: playbook, origin: "own", version: 0 });
    if (incident.state === "awaitingApproval") await shop.decide(incident, "skip");
  }
}, 120_000);

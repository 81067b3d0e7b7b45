// Documents with fields that this version does not know: it reads them, keeps them, and lets none of them out.
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAutonomy } from "../../../functions/api/autonomy.ts";
import { readChat } from "../../../functions/api/chats.ts";
import { listDeadLetters } from "../../../functions/api/dead-letters.ts";
import { readIncident } from "../../../functions/api/incidents.ts";
import { listInstructions, revokeInstruction } from "../../../functions/api/instructions.ts";
import { listServers } from "../../../functions/api/servers.ts";
import { services } from "../../../functions/services.ts";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import type { Address } from "../../../shared/adapters/documents.ts";
import { AutonomyView } from "../../../shared/contracts/autonomy.ts";
import { IncidentDetail, InstructionList, ServerList } from "../../../shared/contracts/api.ts";
import { Chat } from "../../../shared/contracts/chat.ts";
import { DeadLetterList } from "../../../shared/contracts/dead-letter.ts";
import { Server, ServerCheck } from "../../../shared/contracts/server.ts";
import { noted } from "../../../shared/core/incident-state.ts";
import { ownEntry } from "../../../shared/core/incident-writes.ts";
import { acquire, extend } from "../../../shared/core/server-lock.ts";
import { ANN, anIncident, anInstruction, aProposal, NOW } from "../../support/incidents.ts";
import { asking, bodyOf, extended, incidentAt, later, stored, systemAt } from "../../support/other-versions.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
let cosmos: Cosmos;
beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  Object.assign(process.env, { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY });
});
afterAll(async () => {
  await cosmos.stop();
  folder.remove();
});

const AT = NOW.toISOString();
const PERSON = { userId: "ann", name: "Ann", roles: new Set(["admin"] as const) };

const chat = {
  chatId: "chat-1",
  incidentId: "inc-later",
  proposalId: "prop-1",
  step: "risk",
  messages: [{ from: "pgmedic", text: "?", at: AT, ...later }],
  choices: [],
  terms: Object.fromEntries(
    Object.entries(anInstruction()).filter(([name]) =>
      ["kind", "scope", "maxTableBytes", "window", "maxPerDay", "expiresAt"].includes(name),
    ),
  ),
  summary: null,
  instructionId: null,
};
const server = (serverId: string): Server =>
  Server.parse({
    serverId,
    registeredAt: AT,
    displayName: serverId,
    resourceId: `/servers/${serverId}`,
    environment: "staging",
    enabled: true,
    connection: { kind: "url", urlSetting: "X" },
  });

test("an incident with fields of a later version is read, changed, and keeps them", async () => {
  const { incidents, documents } = services();
  const incident = anIncident({ incidentId: "inc-later", proposal: aProposal() });
  const [alert, line, message] = [incident.alerts[0], incident.timeline[0], incident.outbox[0]];
  const parts = {
    alerts: [{ ...alert, ...later }],
    timeline: [{ ...line, ...later }],
    outbox: [{ ...message, ...later }],
  };
  await documents.put(incidentAt("inc-later"), { ...extended(incident), ...parts });
  await incidents.change("inc-later", (current) => noted(current, ownEntry("note", "Seen.", NOW)));
  const kept = await stored(incidentAt("inc-later"));
  expect(kept).toMatchObject({
    ...later,
    proposal: { ...later, action: { ...later }, blastRadius: later, judgedBy: later },
    alerts: [later],
    timeline: [later, { text: "Seen." }],
    outbox: [later],
  });
});

test("an answer of the API holds none of them, since a dashboard parses it strictly", async () => {
  const { documents, system } = services();
  const detail = IncidentDetail.parse(bodyOf(await readIncident(asking({ incidentId: "inc-later" }))));
  expect(detail.proposal?.statement).toContain("CREATE INDEX");
  await documents.put({ container: "servers", id: "server", partition: "shop" }, extended(server("shop")));
  await documents.put(
    { container: "instructions", id: "ins-later", partition: "shop" },
    extended(anInstruction({ instructionId: "ins-later" })),
  );
  await documents.put(systemAt("autonomy"), extended(await system.autonomy()));
  await documents.put(systemAt("chat-1"), extended(chat));
  const letter = { letterId: "dead-1", queue: "runs", reason: "?", body: null, at: AT, sentAgain: { by: ANN, at: AT } };
  await documents.put(systemAt("dead-1"), extended(letter));
  expect(ServerList.parse(bodyOf(await listServers())).servers[0]?.instructions).toHaveLength(1);
  expect(InstructionList.parse(bodyOf(await listInstructions())).instructions).toHaveLength(1);
  expect(AutonomyView.parse(bodyOf(await readAutonomy())).phase).toBe("assist");
  expect(Chat.parse(bodyOf(await readChat(asking({ chatId: "chat-1" })))).messages).toHaveLength(1);
  expect(DeadLetterList.parse(bodyOf(await listDeadLetters())).letters).toHaveLength(1);
});

test("receipts, readings, progress and answers to the runner's questions are read with such fields too", async () => {
  const { documents, alerts, snapshots, system } = services();
  const put = (container: "alerts" | "system" | "baselines", id: string, partition: string, value: object) =>
    documents.put({ container, id, partition }, extended(value));
  const answered = { incidentId: null, disposition: "ignored" };
  await put("alerts", "receipt-1", "receipt-1", { answer: answered, receivedAt: AT, payload: {} });
  expect((await alerts.read("receipt-1"))?.answer).toMatchObject(answered);
  const reading = { epoch: "one", statements: [], tables: [], indexes: [], database: null };
  await put("baselines", "snap-1", "later", { serverId: "later", takenAt: AT, ...reading });
  expect(await snapshots.newest("later", 1)).toMatchObject([{ takenAt: AT }]);
  await put("system", "audit-archive", "audit-archive", { upTo: 1, rootDay: null, rootBytes: 0, refused: [] });
  expect(await system.archiveProgress()).toMatchObject({ upTo: 1, ...later });
  const check = { serverId: "later", checkedAt: AT, reachable: true, version: null, items: [] };
  await put("system", "probe-1", "probe-1", check);
  expect(await system.probeAnswer("probe-1", ServerCheck)).toMatchObject(check);
});

test("a lock with fields of a later version is kept by its run, and they stay", async () => {
  const { documents, servers } = services();
  const at: Address = { container: "servers", id: "lock", partition: "shop" };
  const holder = { runId: "run-1", incidentId: "inc-1", fencingToken: 7, leaseUntil: "2026-11-20T11:00:00.000Z" };
  await documents.put(at, extended({ serverId: "shop", holder, lastToken: 7 }));
  const { fencingToken: _, ...want } = holder;
  const taken = await servers.changeLock("shop", (state) => {
    const answer = acquire(state, want, NOW);
    return { next: answer.acquired ? answer.state : null, answer: answer.acquired };
  });
  expect(taken).toBe(true);
  await servers.changeLock("shop", (state) => ({
    next: extend(state, { runId: "run-1", token: 7 }, "2026-11-20T12:00:00.000Z"),
    answer: null,
  }));
  expect(await stored(at)).toMatchObject({ ...later, lastToken: 7, holder: { ...later, runId: "run-1" } });
  expect((await servers.lock("shop"))?.leaseUntil).toBe("2026-11-20T12:00:00.000Z");
});

test("an instruction of a later version can be revoked and keeps what it has, and is never acted on", async () => {
  const { instructions } = services();
  expect((await instructions.understood("shop")).map(({ instructionId }) => instructionId)).toEqual([]);
  await instructions.create(anInstruction({ instructionId: "ins-today" }));
  expect((await instructions.understood("shop")).map(({ instructionId }) => instructionId)).toEqual(["ins-today"]);
  const revoked = await revokeInstruction(asking({ instructionId: "ins-later" }), PERSON);
  expect(revoked.status).toBe(204);
  expect(await stored({ container: "instructions", id: "ins-later", partition: "shop" })).toMatchObject({
    ...later,
    scope: later,
    revoked: { by: { name: "Ann" } },
  });
});

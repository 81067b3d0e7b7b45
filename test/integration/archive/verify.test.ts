// `pgmedic audit` on real Blob Storage and a real Cosmos DB client: what was planted is found, and named.
import { BlobServiceClient } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { archiveAudit } from "../../../functions/archive-audit.ts";
import { anchorDay } from "../../../functions/archive-root.ts";
import { services } from "../../../functions/services.ts";
import { AuditEntry } from "../../../shared/contracts/api.ts";
import { DailyRoot } from "../../../shared/contracts/archive.ts";
import { blobOf, lineOf, ROOTS } from "../../../shared/core/audit-archive.ts";
import { sealed } from "../../../shared/core/audit-chain.ts";
import { rootAfter } from "../../../shared/core/audit-root.ts";
import { runTool } from "../../support/run-tool.ts";
import { appendEntries, startStores, type Stores } from "../../support/stores.ts";

const IDS = ["inc-a", "inc-b", "inc-c"];
const signal = new AbortController().signal;
let stores: Stores;
let pristine: Map<string, string>;
let today: string;

beforeAll(async () => {
  stores = await startStores();
  const quiet = { log: () => {}, warn: () => {}, error: () => {} };
  for (const id of IDS) await appendEntries(id, "opened", "proposed", "decided", "resolved");
  await archiveAudit(quiet);
  today = new Date().toISOString().slice(0, 10);
  await appendEntries("inc-a", "looked at again");
  await archiveAudit(quiet);
  await anchorDay(stores.archive, today, new Date());
  pristine = new Map();
  for (const name of [...IDS.map((id) => blobOf(id, 1)), ROOTS]) pristine.set(name, await textOf(name));
});
afterEach(async () => {
  for (const [name, text] of pristine) await rewrite(name, text);
  for (const id of IDS) await restoreLive(id);
});
afterAll(() => stores.stopAll());

const container = () =>
  BlobServiceClient.fromConnectionString(stores.environment.ARCHIVE_CONNECTION_STRING).getContainerClient("audit");
const textOf = async (name: string): Promise<string> =>
  (await container().getBlobClient(name).downloadToBuffer()).toString();
/** What the policy forbids in Azure, and somebody with enough rights could do once it has run out. */
async function rewrite(name: string, text: string): Promise<void> {
  const blob = container().getAppendBlobClient(name);
  await blob.create();
  if (text !== "") await blob.appendBlock(text, Buffer.byteLength(text));
}
const entriesOf = (id: string): AuditEntry[] =>
  (pristine.get(blobOf(id, 1)) ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => AuditEntry.parse(JSON.parse(line)));
const rootsThen = (): DailyRoot[] =>
  (pristine.get(ROOTS) ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => DailyRoot.parse(JSON.parse(line)));
const live = (id: string, sequence: number) =>
  ({ container: "incidents", id: `audit-${String(sequence).padStart(6, "0")}`, partition: id }) as const;
const write = async (entry: AuditEntry): Promise<void> =>
  services().documents.put(live(entry.incidentId, entry.sequence), entry);
async function restoreLive(id: string): Promise<void> {
  const entries = entriesOf(id);
  for (const entry of entries) await write(entry);
  for (const entry of (await services().incidents.auditAsStored(id, entries.length)).filter((one) => one !== null))
    await services().documents.remove(live(id, entry.sequence));
}
function resealed(entries: readonly AuditEntry[]): AuditEntry[] {
  const anew: AuditEntry[] = [];
  for (const { sequence: _, previousHash: __, hash: ___, ...content } of entries)
    anew.push(sealed(content, anew.at(-1) ?? null));
  return anew;
}
const forged = (id: string): AuditEntry[] =>
  resealed(entriesOf(id).map((entry) => (entry.sequence === 2 ? { ...entry, detail: { key: "forged" } } : entry)));

const pgmedic = (args: string[], env: Record<string, string> = stores.environment) =>
  runTool(["--disable-warning=ExperimentalWarning", "functions/cli/main.ts", "audit", ...args], { env });
const Finding = z.looseObject({ kind: z.string(), where: z.string(), incidentId: z.string().nullable() });
const Report = z.looseObject({ comparedWithLive: z.boolean(), incidents: z.number(), findings: z.array(Finding) });
async function findings(...args: string[]): Promise<string[]> {
  const { code, output } = await pgmedic(["verify", "--json", ...args]);
  const report = Report.parse(JSON.parse(output));
  expect(code).toBe(report.findings.length === 0 ? 0 : 1);
  return report.findings.map(({ kind, where, incidentId }) => `${kind} ${where} ${incidentId ?? "-"}`);
}

test("what nobody touched is told so, with the newest root to note elsewhere, and exit code 0", async () => {
  const { code, output } = await pgmedic(["verify"]);
  expect(output).toContain("13 entries of 3 incidents: nothing was tampered with.");
  const newest = rootsThen().at(-1);
  expect(output).toContain(`${newest?.day} ${newest?.hash}`);
  expect(code).toBe(0);
  expect(await findings("inc-b", "--root", newest?.hash ?? "")).toEqual([]);
  expect(await findings("--root", "c".repeat(64))).toEqual(["missing roots -"]);
});

test("a live chain that was cut off is found, and the archive is its witness", async () => {
  await services().documents.remove(live("inc-b", 4));
  expect(await findings()).toEqual(["truncated live inc-b"]);
  const { output } = await pgmedic(["verify", "inc-b"]);
  expect(output).toContain("truncated  inc-b (live documents): entry 4 is archived, and not there any more");
});

test("a live chain that was changed and sealed anew from its beginning is found", async () => {
  for (const entry of forged("inc-c")) await write(entry);
  expect(new Set(await findings())).toEqual(new Set(["changed live inc-c"]));
});

test("a chain that was forged in both places is found by the daily root", async () => {
  for (const entry of forged("inc-c")) await write(entry);
  await rewrite(blobOf("inc-c", 1), forged("inc-c").map(lineOf).join(""));
  expect(await findings()).toEqual(["changed archive inc-c"]);
});

test("an archived chain that was taken away is found, with its live one gone too", async () => {
  for (const { sequence } of entriesOf("inc-a")) await services().documents.remove(live("inc-a", sequence));
  await container().getBlobClient(blobOf("inc-a", 1)).delete();
  expect(new Set(await findings())).toEqual(new Set(["truncated archive inc-a"]));
});

test("two incidents' entries in each other's place, and a line that is none, are found", async () => {
  await rewrite(blobOf("inc-a", 1), pristine.get(blobOf("inc-b", 1)) ?? "");
  await rewrite(blobOf("inc-c", 1), `${pristine.get(blobOf("inc-c", 1)) ?? ""}{"what":\n`);
  const found = await findings();
  expect(found).toContain("added archive inc-a");
  expect(found).toContain("unreadable archive inc-c");
  expect(found.filter((one) => one.includes("inc-b"))).toEqual([]);
});

test("roots that were forged to fit a forged chain are found by one that was noted elsewhere", async () => {
  const noted = rootsThen().at(-1)?.hash ?? "";
  const chain = forged("inc-c");
  for (const entry of chain) await write(entry);
  await rewrite(blobOf("inc-c", 1), chain.map(lineOf).join(""));
  const anew: DailyRoot[] = [];
  for (const { heads, ...root } of rootsThen()) {
    const moved = heads.map((head) => ({
      ...head,
      hash: head.incidentId === "inc-c" ? (chain.at(-1)?.hash ?? "") : head.hash,
    }));
    anew.push(rootAfter(anew.at(-1) ?? null, { ...root, heads: moved }));
  }
  await rewrite(ROOTS, anew.map(lineOf).join(""));
  expect(await findings()).toEqual([]);
  expect(await findings("--root", noted)).toEqual(["missing roots -"]);
});

test("entries that wait are told with their time, and are no finding while they are young", async () => {
  await appendEntries("inc-b", "just now");
  const { code, output } = await pgmedic(["verify"]);
  expect(output).toMatch(/Not archived yet: 1 entries of 1 incidents, the oldest since 20\d\d-/);
  expect(code).toBe(0);
});

test("without the live documents the archive is verified alone; an address that does not answer is no clean bill", async () => {
  const { COSMOS_ENDPOINT: _, ...alone } = stores.environment;
  const archiveOnly = await pgmedic(["verify"], { ...alone, COSMOS_ENDPOINT: "" });
  expect(archiveOnly.output).toContain("The live documents were not compared");
  expect(archiveOnly.code).toBe(0);
  const gone = await pgmedic(["verify", "--cosmos", "http://127.0.0.1:9"]);
  expect(gone.output).toContain("The live documents could not be read");
  expect(gone.code).toBe(2);
});

test("export prints the chain as it was written, from the archive and what follows it", async () => {
  await appendEntries("inc-b", "not archived yet");
  const { code, output } = await pgmedic(["export", "inc-b"]);
  const entries = output
    .trimEnd()
    .split("\n")
    .map((line) => AuditEntry.parse(JSON.parse(line)));
  expect(entries.slice(0, 4)).toEqual(entriesOf("inc-b"));
  expect(entries.map(({ detail }) => detail["key"])).toEqual([
    "opened",
    "proposed",
    "decided",
    "resolved",
    "not archived yet",
  ]);
  expect(code).toBe(0);
  const unknown = await pgmedic(["export", "inc-nobody"]);
  expect(unknown).toMatchObject({ code: 2, output: expect.stringContaining("there is no audit chain of inc-nobody") });
});

test.each([
  [["verify", "inc/x"], "an id has 1–40 letters"],
  [["destroy"], "say what is to be done"],
  [["export"], "give the one incident to export"],
  [["verify", "--root", "abc"], "64 hexadecimal digits"],
  [["verify", "--cosmos", "here"], "give the address of Cosmos DB"],
  [["verify", "--archive", "nowhere"], "give its address, such as https://"],
])("audit %j is refused with what is wrong", async (args, message) => {
  const { code, output } = await pgmedic(args);
  expect(output).toContain(message);
  expect(code).toBe(2);
});

test("--help explains it, and without an archive it says what to set", async () => {
  expect(await pgmedic(["--help"])).toMatchObject({
    code: 0,
    output: expect.stringContaining("pgmedic audit verify [INCIDENT]"),
  });
  const nowhere = await pgmedic(["verify"], { ARCHIVE_CONNECTION_STRING: "", ARCHIVE_ENDPOINT: "" });
  expect(nowhere).toMatchObject({ code: 2, output: expect.stringContaining("set ARCHIVE_ENDPOINT") });
  expect((await stores.archive.bytesOf(ROOTS, signal)) ?? 0).toBeGreaterThan(0);
});

import { z } from "zod";
import { Id } from "../../shared/contracts/primitives.ts";
import {
  type ChainVerdict,
  type StoredChain,
  verifyIncident,
  verifyRoots,
} from "../../shared/core/audit-verification.ts";
import { type Anchors, archivedChain, archivedIncidents, readRoots, type Source, sourceOf } from "./audit-source.ts";
import { asText, type AuditReport } from "./audit-text.ts";
import { type Outcome, progressOn } from "./outcome.ts";

/** So many incidents are read at once. */
const AT_ONCE = 8;
/** Findings of one incident beyond this say nothing new. */
const FINDINGS_AN_INCIDENT = 20;

export const AuditArguments = z
  .strictObject({
    files: z.tuple([z.enum(["verify", "export"], "say what is to be done: audit verify, or audit export")], Id),
    archive: z
      .string()
      .regex(/^https?:\/\/.|=/, "give its address, such as https://name.blob.core.windows.net/, or a connection string")
      .optional(),
    cosmos: z.url("give the address of Cosmos DB, such as https://name.documents.azure.com:443/").optional(),
    root: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "a root is given by its hash, 64 hexadecimal digits")
      .optional(),
    json: z.boolean().default(false),
  })
  .refine(({ files: [what, ...incidents] }) => what === "verify" || incidents.length === 1, {
    message: "give the one incident to export",
    path: ["files"],
  });
export type AuditArguments = z.infer<typeof AuditArguments>;

export const AUDIT_OPTIONS = {
  archive: { type: "string" },
  cosmos: { type: "string" },
  root: { type: "string" },
  json: { type: "boolean" },
} as const;

export const AUDIT_USAGE = `pgmedic audit verify [INCIDENT]… [--archive URL] [--cosmos URL] [--root HASH] [--json]
    reads the audit archive, and with an address of Cosmos DB the live entries too; tells what was changed, deleted, added, reordered
    or cut off since it was written, and what is not archived yet. Exit code 1 when there is a finding, 2 when it could not be looked at.
    Addresses are taken from ARCHIVE_ENDPOINT, COSMOS_ENDPOINT, COSMOS_KEY and COSMOS_DATABASE, as the apps take them; --archive and
    ARCHIVE_CONNECTION_STRING take a connection string too. In Azure you are who az is signed in as, and need Storage Blob Data Reader
    on the container and the Cosmos DB Built-in Data Reader. --root: a daily root noted elsewhere must still be there

pgmedic audit export INCIDENT [--archive URL] [--cosmos URL]
    the audit chain of one incident, a JSON line an entry: what is archived, and after it what is not archived yet`;

/** `pgmedic audit`: exit 0 when all is as it was written, 1 when something is not, 2 when it could not be looked at. */
export async function audit(given: AuditArguments): Promise<Outcome> {
  const source = sourceOf(given);
  if (typeof source === "string") return { text: source, exitCode: 2 };
  const [what, ...incidentIds] = given.files;
  if (what === "export") return exported(source, incidentIds[0] ?? "");
  const report = await verified(source, given, incidentIds);
  const exitCode = report.findings.length > 0 ? 1 : report.unreachable === null ? 0 : 2;
  return { text: given.json ? JSON.stringify(report, null, 2) : asText(report), exitCode };
}

async function exported(source: Source, incidentId: string): Promise<Outcome> {
  const archived = await archivedChain(source, incidentId);
  const last = archived.findLast((entry) => entry !== null)?.sequence ?? 0;
  const waiting = (await source.incidents?.auditAsStored(incidentId, last)) ?? [];
  const chain = [...archived, ...waiting];
  if (chain.length === 0) return { text: `there is no audit chain of ${incidentId}`, exitCode: 2 };
  const unreadable = chain.filter((entry) => entry === null).length;
  if (unreadable > 0)
    return { text: `${unreadable} lines are no entries: run pgmedic audit verify ${incidentId}`, exitCode: 1 };
  return { text: chain.map((entry) => JSON.stringify(entry)).join("\n"), exitCode: 0 };
}

/** Roots first, then the archive, then the documents: what is written meanwhile can only look like "not archived yet". */
async function verified(source: Source, { root }: AuditArguments, wanted: string[]): Promise<AuditReport> {
  const { roots, anchors } = await readRoots(source);
  const named = wanted.length > 0 ? wanted : [...new Set([...anchors.keys(), ...(await archivedIncidents(source))])];
  const live = await liveIncidents(source);
  const isLive = source.incidents !== null && live.unreachable === null;
  const ids = wanted.length > 0 ? wanted : [...new Set([...named, ...live.incidentIds])].toSorted();
  const now = new Date();
  const progress = progressOn(process.stderr);
  const verdicts: Judged[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    progress.say(`${at} of ${ids.length} incidents`);
    const some = ids.slice(at, at + AT_ONCE);
    const looked = isLive ? source : { ...source, incidents: null };
    verdicts.push(...(await Promise.all(some.map((id) => judged({ source: looked, anchors, now }, id)))));
  }
  progress.clear();
  const [oldestEntryAt = null] = verdicts.flatMap(({ firstAt }) => firstAt ?? []).toSorted();
  const newest = roots.at(-1) ?? null;
  return {
    incidents: ids.length,
    entries: verdicts.reduce((sum, { entries }) => sum + entries, 0),
    comparedWithLive: isLive,
    unreachable: live.unreachable,
    roots: roots.length,
    newestRoot: newest === null ? null : { day: newest.day, hash: newest.hash },
    findings: [
      ...verifyRoots(roots, { oldestEntryAt, notedHash: root }, now),
      ...verdicts.flatMap(({ findings }) => findings.slice(0, FINDINGS_AN_INCIDENT)),
    ],
    waiting: verdicts.flatMap(({ incidentId, waiting }) => (waiting === null ? [] : [{ incidentId, ...waiting }])),
  };
}

type Judged = ChainVerdict & { incidentId: string; firstAt: string | null };

async function judged(
  { source, anchors, now }: { source: Source; anchors: Anchors; now: Date },
  incidentId: string,
): Promise<Judged> {
  const archived = await archivedChain(source, incidentId);
  const live: StoredChain | null = (await source.incidents?.auditAsStored(incidentId)) ?? null;
  const verdict = verifyIncident(incidentId, { archived, live, anchors: anchors.get(incidentId) ?? [] }, now);
  return { ...verdict, incidentId, firstAt: archived.find((entry) => entry !== null)?.at ?? null };
}

/** Which incidents have live entries; an address that does not answer is told, and the archive is verified alone. */
async function liveIncidents({ incidents }: Source): Promise<{ incidentIds: string[]; unreachable: string | null }> {
  if (incidents === null) return { incidentIds: [], unreachable: null };
  try {
    const written = await incidents.auditWrittenSince(0);
    return { incidentIds: [...new Set(written.map(({ incidentId }) => incidentId))], unreachable: null };
  } catch (error) {
    return { incidentIds: [], unreachable: error instanceof Error ? error.message : String(error) };
  }
}

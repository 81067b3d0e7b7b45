import { type Archive } from "../../shared/adapters/archive.ts";
import { documentsOf } from "../../shared/adapters/documents.ts";
import { type Incidents, incidentsOf } from "../../shared/adapters/incidents.ts";
import { AuditEntry } from "../../shared/contracts/api.ts";
import { type ChainHead, DailyRoot } from "../../shared/contracts/archive.ts";
import { blobOf, CHAINS, ENTRIES_A_BLOB, partIn, ROOTS } from "../../shared/core/audit-archive.ts";
import { sealed } from "../../shared/core/audit-chain.ts";
import type { StoredChain } from "../../shared/core/audit-verification.ts";
import { archiveIn } from "../services.ts";

/** The archive, and the live entries where an address of them is known. Nothing here is ever written. */
export type Source = { archive: Archive; incidents: Incidents | null; signal: AbortSignal };
export type Anchors = ReadonlyMap<string, readonly { day: string; head: ChainHead }[]>;

/** Opens what the command line names, or else the apps' own settings; a text says what is missing. */
export function sourceOf(given: { archive?: string | undefined; cosmos?: string | undefined }): Source | string {
  const settings = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const { COSMOS_KEY: key, COSMOS_DATABASE: database = "pgmedic" } = settings;
  const isUrl = given.archive !== undefined && URL.canParse(given.archive) && /^https?:/.test(given.archive);
  const named = isUrl ? { ARCHIVE_ENDPOINT: given.archive } : { ARCHIVE_CONNECTION_STRING: given.archive };
  const archive = archiveIn(given.archive === undefined ? settings : named);
  if (archive === null)
    return "It is not known where the archive is: give --archive, or set ARCHIVE_ENDPOINT as the runner has it.";
  const endpoint = given.cosmos ?? settings["COSMOS_ENDPOINT"];
  const incidents = endpoint === undefined ? null : incidentsOf(documentsOf({ endpoint, key, database }), sealed);
  return { archive, incidents, signal: new AbortController().signal };
}

/** The daily roots as they are stored, and which heads they name of each incident. */
export async function readRoots({
  archive,
  signal,
}: Source): Promise<{ roots: (DailyRoot | null)[]; anchors: Anchors }> {
  const roots = (await archive.read(ROOTS, DailyRoot, signal))?.lines ?? [];
  const anchors = new Map<string, { day: string; head: ChainHead }[]>();
  for (const root of roots)
    for (const head of root?.heads ?? [])
      anchors.set(head.incidentId, [...(anchors.get(head.incidentId) ?? []), { day: root?.day ?? "", head }]);
  return { roots, anchors };
}

/** An incident's archived chain, all of its parts. */
export async function archivedChain({ archive, signal }: Source, incidentId: string): Promise<StoredChain> {
  const chain: (AuditEntry | null)[] = [];
  for (let sequence = 1; ; sequence += ENTRIES_A_BLOB) {
    const part = await archive.read(blobOf(incidentId, sequence), AuditEntry, signal);
    if (part === null) return chain;
    for (const line of part.lines) chain.push(line);
  }
}

/** The incidents that have a chain in the archive. */
export async function archivedIncidents({ archive, signal }: Source): Promise<string[]> {
  const parts = (await archive.list(CHAINS, signal)).map(({ name }) => partIn(name));
  return [...new Set(parts.flatMap((part) => (part === null ? [] : [part.incidentId])))];
}

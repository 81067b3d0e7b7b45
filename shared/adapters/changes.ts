import { z } from "zod";
import type { Changes } from "../contracts/api.ts";
import type { ContainerName, Documents } from "./documents.ts";

/** `<second>` or `<second>:<keys seen in that second>`: Cosmos dates documents to the second, so a second is looked at until it is over. */
const Cursor = z.string().regex(/^\d{1,12}(:[\w,*-]*)?$/);
/** A cursor is part of an address, and 200 incidents of one second would make 13,000 characters: beyond this it names the second alone. */
const MOST_KEYS = 50;
/** How long such a second is told again and again, which harms nobody, until it is surely over by any clock. */
const REPEATED_SECONDS = 60;
const Row = z.looseObject({ key: z.string(), ts: z.number() });
type Source = { kind: Changes["changes"][number]["kind"]; container: ContainerName; key: string; where: string };

const SOURCES: readonly Source[] = [
  { kind: "incident", container: "incidents", key: "c.incidentId", where: 'startswith(c.id, "inc-")' },
  { kind: "server", container: "servers", key: "c.serverId", where: 'c.id in ("server", "lock")' },
  { kind: "instruction", container: "instructions", key: "c.id", where: "true" },
];

/** What changed lately, for a dashboard that asks every two seconds. */
export function changesOf(documents: Documents) {
  const changed = async ({ container, key, where, kind }: Source, from: number) => {
    const sql = `select ${key} as key, c._ts as ts, c._etag as tag from c where c._ts >= @from and ${where}`;
    const { found } = await documents.search({ container, sql, parameters: [{ name: "@from", value: from }] }, Row);
    return found.map(({ value }) => ({
      kind,
      id: value.key,
      ts: value.ts,
      seen: `${kind}-${value.key}-${String(value["tag"]).replaceAll(/\W/g, "")}`,
    }));
  };
  return {
    since: async (cursor: string | null): Promise<Changes> => {
      const parsed = Cursor.safeParse(cursor ?? "");
      const now = Math.floor(Date.now() / 1000);
      if (!parsed.success) return { cursor: String(now), changes: [] };
      const [second = "0", seenText = ""] = parsed.data.split(":");
      const from = Number(second);
      const seen = new Set(seenText.split(","));
      const rows = (await Promise.all(SOURCES.map((source) => changed(source, from)))).flat();
      const fresh = rows.filter((row) => !(row.ts === from && seen.has(row.seen)));
      const newest = Math.max(from, ...rows.map(({ ts }) => ts));
      const inNewest = rows.filter(({ ts }) => ts === newest).map((row) => row.seen);
      const unique = new Map(fresh.map(({ kind, id }) => [`${kind} ${id}`, { kind, id }]));
      return { cursor: cursorOf(newest, inNewest, now), changes: [...unique.values()] };
    },
  };
}

function cursorOf(second: number, seen: readonly string[], now: number): string {
  if (seen.length <= MOST_KEYS) return `${second}:${seen.join(",")}`;
  return String(now - second > REPEATED_SECONDS ? second + 1 : second);
}

import type { Session } from "../adapters/postgres.ts";
import { oneSession } from "../catalogue/diagnostics/one-session.ts";
import { preparedTransactions } from "../catalogue/diagnostics/prepared-transactions.ts";
import { replicationSlots } from "../catalogue/diagnostics/replication-slots.ts";
import { roleFacts } from "../catalogue/diagnostics/role-facts.ts";
import { type TableUpkeep, tableUpkeep } from "../catalogue/diagnostics/table-upkeep.ts";
import { waitingSessions } from "../catalogue/diagnostics/waiting-sessions.ts";
import type { Measure } from "../contracts/measure.ts";
import { one, readServerFacts } from "../investigation/take-snapshot.ts";
import type { Interval } from "../investigation/interval.ts";
import { readTable } from "./read-table.ts";

/** Measures that are a state of the server, those that only an interval has, and those that Azure Monitor takes. */
type OverTime = Extract<Measure, { name: "hot_update_share" | "requested_checkpoints" }>;
type Metric = Extract<Measure, { name: "cpu_percent" | "storage_percent" }>;
type Momentary = Exclude<Measure, OverTime | Metric>;
/** Whether Azure Monitor has it, and not the server itself. */
export const isMetric = (measure: Measure): measure is Metric =>
  measure.name === "cpu_percent" || measure.name === "storage_percent";
export const isMomentary = (measure: Measure): measure is Momentary =>
  !isMetric(measure) && measure.name !== "hot_update_share" && measure.name !== "requested_checkpoints";

/** Reads a measure now. What is gone counts as 0. */
export async function readMeasure(session: Session, measure: Momentary): Promise<number> {
  switch (measure.name) {
    case "waiting_sessions":
      return (await one(session.query(waitingSessions))).waiting;
    case "session_present":
      return (await session.query(oneSession, [measure.pid, measure.backendStart])).length;
    case "dead_rows":
      return (await upkeepOf(session, measure))?.dead_rows ?? 0;
    case "modified_rows":
      return (await upkeepOf(session, measure))?.modified_rows ?? 0;
    case "freeze_age":
      return (await upkeepOf(session, measure))?.freeze_age ?? 0;
    case "index_bytes":
      return indexBytes(session, measure);
    case "role_connections":
      return (await session.query(roleFacts, [measure.role]))[0]?.connections ?? 0;
    case "prepared_present":
      return (await session.query(preparedTransactions)).filter(({ gid }) => gid === measure.gid).length;
    case "slot_present":
      return (await session.query(replicationSlots)).filter(({ slot }) => slot === measure.slot).length;
  }
}

/** A measure over an interval: the share of HOT updates of one table, or requested checkpoints an hour. Null when nothing happened. */
export function measureOver(interval: Interval, measure: OverTime, tableOid: number | null): number | null {
  if (measure.name === "hot_update_share") {
    const table = tableOid === null ? undefined : interval.tables.get(tableOid);
    return table === undefined || table.updated === 0 ? null : table.hotUpdated / table.updated;
  }
  const { database, seconds } = interval;
  return database === null || seconds === 0 ? null : (database.requestedCheckpoints / seconds) * 3_600;
}

const upkeepOf = async (
  session: Session,
  { schema, table }: { schema: string; table: string },
): Promise<TableUpkeep | undefined> => (await session.query(tableUpkeep, [schema, table]))[0];

async function indexBytes(
  session: Session,
  { schema, table, index }: { schema: string; table: string; index: string },
): Promise<number> {
  const { version } = await readServerFacts(session);
  const found = await readTable(session, version, { schema, table });
  return found?.indexes.find((known) => known.index === index)?.bytes ?? 0;
}

import { statementTexts } from "../../shared/catalogue/diagnostics/statement-texts.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { isCut } from "../../shared/core/cut-text.ts";
import { later, SECOND_MS } from "../../shared/core/time.ts";
import type { Look } from "../../shared/execution/look.ts";
import { isMetric, isMomentary, readMeasure } from "../../shared/execution/read-measure.ts";
import { readCatalog } from "../../shared/investigation/read-catalog.ts";
import { readServerFacts } from "../../shared/investigation/take-snapshot.ts";
import { withPlannerClone } from "../database.ts";
import { services } from "../services.ts";
import { tell } from "./attempts.ts";
import { theServer } from "./subject.ts";
import { asInvestigatorOf } from "./target.ts";

/** A table may grow by this factor between proposal and execution before it counts as another one. */
const GROWTH = 1.5;

/**
 * What makes an agreed action another one than the person agreed to: its target or the target's definition changed, it grew much, what
 * it is for has come about by itself, or the gain is below what the proposal states. Null when nothing material changed.
 */
export async function materialDifference(run: Run, proposal: ProposedAction, look: Look): Promise<string | null> {
  const { blastRadius, catalogFingerprint, judgedBy } = proposal;
  const { table } = look;
  if (blastRadius.relationOid !== null) {
    if (table === null) return "the table is gone";
    if (table.oid !== blastRadius.relationOid) return `${blastRadius.relation} is now another table`;
    if (table.bytes > blastRadius.tableBytes * GROWTH) return `${blastRadius.relation} grew by more than half`;
  }
  if (look.fingerprint !== catalogFingerprint) return `the definition of ${blastRadius.relation} changed`;
  if (judgedBy.basis === "measure" && isMomentary(judgedBy.measure)) {
    const { measure, goal, direction } = judgedBy;
    const now = await asInvestigatorOf(run, (session) => readMeasure(session, measure));
    if (direction === "falls" ? now <= goal : now >= goal) return "what it is for has come about by itself";
  }
  if (judgedBy.basis === "measure" && isMetric(judgedBy.measure)) {
    const now = await metricNow(run, judgedBy.measure.name);
    // A figure that is not there yet says nothing.
    if (now !== null && now <= judgedBy.goal) return "what it is for has come about by itself";
  }
  return lostGain(run, proposal, look);
}

/** A metric over the last window of a verification. */
async function metricNow(run: Run, metric: "cpu_percent" | "storage_percent"): Promise<number | null> {
  const { metrics, settings, now } = services();
  const { resourceId } = await theServer(run);
  const to = now();
  const from = later(to, -settings.PGMEDIC_VERIFY_SECONDS * SECOND_MS);
  return metrics.average({ resourceId, metric, from: from.toISOString(), to: to.toISOString() });
}

/** Plans the main statement again with today's statistics. */
async function lostGain(run: Run, proposal: ProposedAction, { table, gate }: Look): Promise<string | null> {
  const { action, minimumGain } = proposal;
  const [main] = proposal.targets;
  if (action.kind !== "create_index" || table === null || main === undefined) return null;
  const catalog = await asInvestigatorOf(run, (session) =>
    readCatalog(session, { version: gate.version, schemas: [table.schema], tableNames: [table.table] }),
  );
  const query = isCut(main.query) ? await wholeText(run, main.queryId) : main.query;
  if (query === null) {
    await tell(
      run,
      "execution",
      "The gain was not checked again: the main statement is stored cut, and is not known now.",
    );
    return null;
  }
  const { method, keys, where, include } = action.parameters;
  return withPlannerClone(async (clone) => {
    const { indexes } = await clone.load(catalog, [{ table, shape: { method, keys, where, include } }]);
    const before = await clone.plan(query);
    const after = await clone.plan(query, indexes);
    // A statement that joins other tables cannot be planned from one table alone; what was planned at proposal then stands.
    if (!before.ok || !after.ok) return null;
    const gain = 1 - after.cost / before.cost;
    return gain < minimumGain ? `the gain is only ${Math.round(gain * 100)} % now` : null;
  });
}

/** A statement that was too long to be stored whole, as pg_stat_statements still has it; null when it does not. */
function wholeText(run: Run, key: string): Promise<string | null> {
  return asInvestigatorOf(run, async (session) => {
    const { statements_schema: schema } = await readServerFacts(session);
    if (schema === null) return null;
    const [known] = await session.query(statementTexts(schema), [[key]]);
    return known?.query ?? null;
  });
}

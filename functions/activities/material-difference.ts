import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import type { Gate } from "../../shared/execution/gates.ts";
import { readCatalog } from "../../shared/investigation/read-catalog.ts";
import { fingerprintOf } from "../../shared/proposal/fingerprint.ts";
import { watchedServers, withPlannerClone } from "../database.ts";
import { theServer } from "./subject.ts";

/** A table may grow by this factor between proposal and execution before it counts as another one. */
const GROWTH = 1.5;

/**
 * What makes an agreed action another one than the person agreed to: the table or its definition changed, it grew much, or the gain is
 * below what the proposal states, planned again with today's statistics. Null when nothing material changed.
 */
export async function materialDifference(
  run: Run,
  proposal: ProposedAction,
  { table, version }: Gate,
): Promise<string | null> {
  const { blastRadius, action, catalogFingerprint, minimumGain } = proposal;
  if (table === null) return "the table is gone";
  if (table.oid !== blastRadius.relationOid) return `${blastRadius.relation} is now another table`;
  if (fingerprintOf(table, action.parameters.name) !== catalogFingerprint)
    return `the definition of ${blastRadius.relation} changed`;
  if (table.bytes > blastRadius.tableBytes * GROWTH) return `${blastRadius.relation} grew by more than half`;
  if (action.kind !== "create_index") return null;

  const server = await theServer(run);
  const purpose = { server, applicationName: `pgmedic/${run.runId}/look` };
  const catalog = await watchedServers().asInvestigator(purpose, (session) =>
    readCatalog(session, { version, schemas: [table.schema], tableNames: [table.table] }),
  );
  const { method, keys, where, include } = action.parameters;
  const [main] = proposal.targets;
  if (main === undefined) return "no statement is named that it would help";
  return withPlannerClone(async (clone) => {
    const { indexes } = await clone.load(catalog, [{ table, shape: { method, keys, where, include } }]);
    const before = await clone.plan(main.query);
    const after = await clone.plan(main.query, indexes);
    // A statement that joins other tables cannot be planned from one table alone; what was planned at proposal then stands.
    if (!before.ok || !after.ok) return null;
    const gain = 1 - after.cost / before.cost;
    return gain < minimumGain ? `the gain is only ${Math.round(gain * 100)} % now` : null;
  });
}

import { known, statementOf } from "../catalogue/actions/index.ts";
import type { TypedAction } from "../contracts/actions.ts";
import type { JudgedBy } from "../contracts/measure.ts";
import type { ProposedAction } from "../contracts/proposal.ts";
import type { Remedy } from "../contracts/remedy.ts";
import { digest, proposalIdOf } from "../core/digest.ts";
import { later } from "../core/time.ts";
import type { Look } from "../execution/look.ts";

/** A share of the plan cost; below it, at execution, the action is no longer what was agreed to. */
const MINIMUM_GAIN = 0.5;

/** What was agreed on may become a little worse, and no index is asked for more than it promised. */
const KEPT_OF_GAIN = 0.8;
const minimumGainOf = ({ before, after }: Remedy["targets"][number]): number =>
  before.cost > 0 ? Math.max(0, Math.min(MINIMUM_GAIN, (1 - after.cost / before.cost) * KEPT_OF_GAIN)) : MINIMUM_GAIN;

export type ProposalRequest = {
  remedy: Remedy;
  /** The server and the target as they are now. */
  look: Look;
  runId: string;
  round: number;
  evidenceIds: string[];
  expiresInMs: number;
};

/** Makes the one typed action that a remedy calls for. Names come from the server's catalog, the statement from the catalogue. */
export function buildProposal(request: ProposalRequest, now: Date): ProposedAction {
  const { remedy, look, runId, round } = request;
  const { action, judgedBy } = remedy;
  const { riskClass, isDestructive, inverse, lock, migration } = known(action);
  const [main] = remedy.targets;
  const body = {
    proposalId: proposalIdOf(runId, round),
    round,
    action,
    statement: statementOf(action),
    inverse: inverse === null ? null : { action: inverse, statement: statementOf(inverse) },
    riskClass,
    blastRadius: {
      database: remedy.database,
      relation: look.what,
      relationOid: look.table?.oid ?? null,
      tableBytes: look.table?.bytes ?? 0,
      tableRows: Math.max(0, look.table?.rows ?? 0),
      estimatedBytes: remedy.estimatedBytes,
      lock,
      note: remedy.note,
    },
    preconditions: look.preconditions,
    targets: remedy.targets.map((target) => ({
      ...target,
      after: { ...target.after, text: named(target.after.text, action) },
    })),
    whatIf:
      main === undefined
        ? null
        : { before: main.before.cost, after: main.after.cost, method: "planner clone with the server's statistics" },
    expected: expectedOf(remedy),
    judgedBy,
    approvalsNeeded: isDestructive ? (2 as const) : (1 as const),
    minimumGain: main === undefined ? 0 : minimumGainOf(main),
    catalogFingerprint: look.fingerprint === "" ? digest(action) : look.fingerprint,
    evidenceIds: request.evidenceIds,
    migration,
    proposedAt: now.toISOString(),
    expiresAt: later(now, request.expiresInMs).toISOString(),
  };
  return { ...body, hash: digest(body) };
}

const FIGURES = {
  blocksPerCall: "blocks read per call",
  tempBlocksPerCall: "temporary blocks per call",
  meanMs: "mean time (ms)",
} as const;
const MEASURES: Record<Extract<JudgedBy, { basis: "measure" }>["measure"]["name"], string> = {
  waiting_sessions: "sessions that wait for a lock",
  session_present: "the session",
  dead_rows: "dead rows",
  modified_rows: "rows changed since ANALYZE",
  freeze_age: "age of the oldest transaction id",
  index_bytes: "size of the index (bytes)",
  role_connections: "connections of the role",
  prepared_present: "the prepared transaction",
  slot_present: "the replication slot",
  hot_update_share: "share of HOT updates",
  requested_checkpoints: "requested checkpoints an hour",
  cpu_percent: "CPU (%)",
  storage_percent: "storage in use (%)",
};

/** The name of a measure as people read it. */
export const measureText = (name: keyof typeof MEASURES): string => MEASURES[name];

// An index scan touches about as many blocks as its plan costs, where a sequential scan's cost counts blocks and rows.
function expectedOf({ judgedBy, figures, targets }: Remedy): ProposedAction["expected"] {
  if (judgedBy.basis === "measure")
    return { metric: MEASURES[judgedBy.measure.name], from: judgedBy.from, to: judgedBy.goal };
  const from = figures?.[judgedBy.figure] ?? 0;
  const [main] = targets;
  const isCheaper = main !== undefined && main.before.cost > 0 && judgedBy.figure !== "tempBlocksPerCall";
  const to = isCheaper ? from * Math.min(1, main.after.cost / main.before.cost) : 0;
  return { metric: FIGURES[judgedBy.figure], from, to };
}

/** In the clone an index that is tried has a number; here it has the name that it will have. */
const named = (plan: string, action: TypedAction): string =>
  action.kind === "create_index" ? plan.replaceAll(/pgmedic_candidate_\d+/g, action.parameters.name) : plan;

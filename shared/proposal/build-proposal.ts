import type { CatalogTable } from "../advisor/catalog.ts";
import { createIndex, indexName } from "../catalogue/actions/create-index.ts";
import { statementOf } from "../catalogue/actions/index.ts";
import type { CreateIndexParameters, Precondition, ProposedAction, TypedAction } from "../contracts/proposal.ts";
import type { Remedy } from "../contracts/remedy.ts";
import { columnsOf } from "../core/index-text.ts";
import { derivedId, digest } from "../core/digest.ts";
import { later } from "../core/time.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** A share of the plan cost; below it, at execution, the action is no longer what was agreed to. */
const MINIMUM_GAIN = 0.5;

export type ProposalRequest = {
  remedy: Remedy;
  /** The table as it is now. */
  table: CatalogTable;
  runId: string;
  round: number;
  evidenceIds: string[];
  expiresInMs: number;
};

/** Makes the one typed action that a remedy calls for. Names come from the server's catalog, the statement from the catalogue. */
export function buildProposal(request: ProposalRequest, now: Date): ProposedAction {
  const { remedy, table, runId, round } = request;
  const parameters: CreateIndexParameters = {
    schema: table.schema,
    table: table.table,
    name: indexName(
      table.table,
      remedy.shape.keys.flatMap(columnsOf),
      table.indexes.map(({ index }) => index),
    ),
    ...remedy.shape,
  };
  const action: TypedAction = { kind: "create_index", parameters };
  const inverse = createIndex.inverse(parameters);
  const targets = remedy.targets.map((target) => ({
    ...target,
    after: { ...target.after, text: named(target.after.text, parameters.name) },
  }));
  const [main] = targets;
  const body = {
    proposalId: derivedId("prop", runId, round),
    round,
    action,
    statement: statementOf(action),
    inverse: { action: inverse, statement: statementOf(inverse) },
    riskClass: createIndex.riskClass,
    blastRadius: {
      database: remedy.database,
      relation: `${table.schema}.${table.table}`,
      relationOid: table.oid,
      tableBytes: table.bytes,
      tableRows: Math.max(0, table.rows),
      estimatedBytes: remedy.estimatedBytes,
      lock: createIndex.lock,
      note: `Writes to ${table.table} keep one more index; ${remedy.writesPerSecond.toFixed(1)} written rows a second were seen.`,
    },
    preconditions: preconditionsOf(table, parameters),
    targets,
    whatIf: {
      before: main?.before.cost ?? 0,
      after: main?.after.cost ?? 0,
      method: "planner clone with the server's statistics",
    },
    expected: { metric: "blocks read per call", from: remedy.figures.blocksPerCall, to: expectedBlocks(remedy) },
    minimumGain: MINIMUM_GAIN,
    catalogFingerprint: fingerprintOf(table, parameters.name),
    evidenceIds: request.evidenceIds,
    migration: createIndex.migration(parameters),
    proposedAt: now.toISOString(),
    expiresAt: later(now, request.expiresInMs).toISOString(),
  };
  return { ...body, hash: digest(body) };
}

/** What must hold for the index to be built, seen in the catalog as it is now. */
export function preconditionsOf(table: CatalogTable, { keys, name }: CreateIndexParameters): Precondition[] {
  const missing = keys.flatMap(columnsOf).filter((column) => !table.columns.some((known) => known.column === column));
  const covering = table.indexes.find(
    (index) =>
      index.is_valid &&
      index.predicate === null &&
      index.index !== name &&
      keys.every((key, position) => "column" in key && index.key_columns[position] === key.column),
  );
  const invalid = table.indexes.filter(({ is_valid, index }) => !is_valid && index !== name);
  return [
    {
      id: "columns-exist",
      label: "The table has the columns",
      holds: missing.length === 0,
      observed: missing.length === 0 ? "all there" : `missing: ${missing.join(", ")}`,
    },
    {
      id: "no-such-index",
      label: "No valid index begins with them",
      holds: covering === undefined,
      observed: covering === undefined ? "none" : covering.index,
    },
    {
      id: "no-invalid-index",
      label: "The table has no invalid index of somebody else",
      holds: invalid.length === 0,
      observed: invalid.length === 0 ? "none" : invalid.map(({ index }) => index).join(", "),
    },
  ];
}

// An index scan touches about as many blocks as its plan costs, where a sequential scan's cost counts blocks and rows.
const expectedBlocks = ({ targets, figures }: Remedy): number => {
  const [main] = targets;
  return main === undefined || main.before.cost === 0
    ? figures.blocksPerCall
    : figures.blocksPerCall * (main.after.cost / main.before.cost);
};

const named = (plan: string, name: string): string => plan.replaceAll(/pgmedic_candidate_\d+/g, name);

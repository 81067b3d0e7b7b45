import { CommonAlert } from "../../shared/contracts/alert.ts";
import type { Diagnosis } from "../../shared/contracts/diagnosis.ts";
import type { Incident } from "../../shared/contracts/incident.ts";
import type { Instruction } from "../../shared/contracts/instruction.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Cause } from "../../shared/contracts/taxonomy.ts";
import { digestOf, openedBy } from "../../shared/core/alert-reading.ts";
import { readAzure } from "../../shared/core/alert-sources/azure.ts";
import { digest } from "../../shared/core/digest.ts";
import { anAlert } from "./alerts.ts";

export const NOW = new Date("2026-11-20T10:00:00.000Z");
export const ANN = { kind: "person", userId: "ann", name: "Ann" } as const;

/** A freshly opened incident. */
export const anIncident = (wish: Partial<Incident> = {}): Incident => ({
  ...openedBy(digestOf(readAzure(CommonAlert.parse(anAlert()))), "shop", NOW),
  ...wish,
});

/** A diagnosis; give what matters to the test. */
export const aDiagnosis = (cause: Cause = "hot_update_failure"): Diagnosis => ({
  verdict: "cause",
  cause,
  summary: "The pages are full.",
  severity: "Sev3",
  load: "clear",
  interval: { basis: "two_samples", from: NOW.toISOString(), to: NOW.toISOString() },
  findings: [],
  evidence: [],
  rejected: [],
  causes: [],
  nextActions: [],
  playbook: "generalMonitoring",
  drilledDown: [],
  notSeen: [],
  recalled: [],
  lasting: null,
  confidence: { self: 1, validator: null, retrieval: null, evidence: 1, composite: 1 },
  cost: { statements: 1, totalMs: 1, buffers: null },
  durationMs: 1,
  diagnosedAt: NOW.toISOString(),
});

/** A proposal for an index on orders(customer_id). */
export function aProposal(wish: Partial<ProposedAction> = {}): ProposedAction {
  const plan = { cost: 58_000, text: "Seq Scan on orders" };
  return {
    proposalId: "prop-1",
    round: 1,
    hash: digest("proposal"),
    action: {
      kind: "create_index",
      parameters: {
        schema: "public",
        table: "orders",
        name: "idx_orders_customer_id",
        method: "btree",
        keys: [{ column: "customer_id", direction: "asc" }],
        where: [],
        include: [],
      },
    },
    statement: "CREATE INDEX CONCURRENTLY idx_orders_customer_id ON public.orders(customer_id)",
    inverse: {
      action: {
        kind: "drop_index",
        parameters: { schema: "public", table: "orders", name: "idx_orders_customer_id", definition: null },
      },
      statement: "DROP INDEX CONCURRENTLY public.idx_orders_customer_id",
    },
    riskClass: "R2",
    blastRadius: {
      database: "shop",
      relation: "public.orders",
      relationOid: 16_400,
      tableBytes: 160 * 2 ** 20,
      tableRows: 2_000_000,
      estimatedBytes: 15 * 2 ** 20,
      lock: "SHARE UPDATE EXCLUSIVE",
      note: "",
    },
    preconditions: [],
    targets: [
      {
        queryId: "10/1",
        query: "select * from orders where customer_id = $1",
        callsPerSecond: 20,
        meanMs: 80,
        blocksPerCall: 20_000,
        shareOfTime: 0.97,
        before: plan,
        after: { cost: 87, text: "Index Scan" },
      },
    ],
    whatIf: { before: 58_000, after: 87, method: "planner clone" },
    expected: { metric: "blocks read per call", from: 20_000, to: 40 },
    judgedBy: { basis: "statements", figure: "blocksPerCall" },
    approvalsNeeded: 1,
    minimumGain: 0.5,
    catalogFingerprint: digest("catalog"),
    evidenceIds: [],
    migration: "",
    proposedAt: NOW.toISOString(),
    expiresAt: "2026-11-23T10:00:00.000Z",
    ...wish,
  };
}

/** An instruction that covers {@link aProposal} at {@link NOW}. */
export const anInstruction = (wish: Partial<Instruction> = {}): Instruction => ({
  instructionId: "ins-1",
  kind: "create_index",
  scope: { serverId: "shop", database: "shop", schema: null, table: null },
  maxTableBytes: 2 ** 30,
  window: { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "00:00" },
  maxPerDay: 3,
  expiresAt: "2026-12-20T00:00:00.000Z",
  summary: "",
  createdBy: ANN,
  createdAt: NOW.toISOString(),
  incidentId: null,
  revoked: null,
  ...wish,
});

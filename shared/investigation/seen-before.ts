import { relationOf } from "../contracts/actions.ts";
import type { Confidence, Finding } from "../contracts/diagnosis.ts";
import type { Recalled } from "../contracts/memory.ts";
import { lastingTargetOf } from "../core/action-target.ts";
import { confidenceOf } from "../core/confidence.ts";
import { fingerprintOf } from "../core/memory.ts";
import { matches, type Present, recall, retrievalOf } from "../core/recall.ts";
import { remarksOn } from "../core/recurrence.ts";
import type { Proven } from "./causes/suspicion.ts";
import type { InvestigationRequest } from "./investigate.ts";
import type { Observed } from "./observed.ts";

type SeenBefore = { recalled: Recalled[]; lasting: string | null; findings: Finding[]; confidence: Confidence };
/** What today's evidence alone comes to. */
type Today = { answer: Proven | undefined; findings: readonly Finding[]; self: number; evidence: number };

/**
 * Holds today's answer against what is remembered of this server. Memory moves the confidence and adds findings against; the answer,
 * its severity and its remedy are today's evidence's alone.
 */
export function seenBefore(seen: Observed, request: InvestigationRequest, today: Today): SeenBefore {
  const { answer, findings, self, evidence } = today;
  const present = presentOf(seen, request, answer);
  const now = new Date(seen.interval.to);
  const found = matches(request.memories, present, now);
  const alone = confidenceOf({ self, validator: null, retrieval: null, evidence });
  const { against, lasting } = remarksOn(found, present, indexNames(seen, present), now);
  // That it is there again is today's evidence; what came before is told beside it.
  const evidenceIds = findings[0]?.evidenceIds ?? ["activity"];
  return {
    recalled: recall(found),
    lasting,
    findings: against.map((statement, place) => ({
      id: `finding-${findings.length + place + 1}`,
      stance: "against",
      statement,
      evidenceIds,
    })),
    confidence: confidenceOf({
      self,
      validator: null,
      retrieval: retrievalOf(found, present, alone.composite),
      evidence,
    }),
  };
}

function presentOf(seen: Observed, request: InvestigationRequest, answer: Proven | undefined): Present {
  const { serverId } = seen.server;
  const { incidentId, playbook } = request;
  const action = answer?.mending?.action;
  return {
    incidentId,
    fingerprint: answer === undefined ? null : fingerprintOf({ serverId, playbook: playbook.name, ...answer }),
    cause: answer?.cause ?? null,
    table: answer === undefined ? null : tableOf(seen, answer),
    action: action === undefined ? null : { kind: action.kind, target: lastingTargetOf(action) },
    metric: seen.complaint.metric,
  };
}

/** The table that a cause is about: that of its action, or the one that its subject names. */
export function tableOf({ tables }: Pick<Observed, "tables">, { mending, subject }: Proven): string | null {
  const relation = mending === null ? null : relationOf(mending.action);
  if (relation !== null) return `${relation.schema}.${relation.table}`;
  const names = tables.map(({ schema, table }) => `${schema}.${table}`);
  return names.find((name) => subject === name || subject.startsWith(`${name}(`)) ?? null;
}

/** The indexes of the tables that were read whole; null where the table in question is not among them. */
function indexNames({ catalog }: Observed, { table }: Present): ReadonlySet<string> | null {
  const tables = catalog?.tables ?? [];
  if (!tables.some(({ schema, table: name }) => `${schema}.${name}` === table)) return null;
  return new Set(tables.flatMap(({ schema, indexes }) => indexes.map(({ index }) => `${schema}.${index}`)));
}

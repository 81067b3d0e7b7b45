import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { AskedOpinion, ReasoningTrace } from "../../shared/contracts/reasoning-trace.ts";
import { verifyChain } from "../../shared/core/audit-chain.ts";
import { traceOf } from "../../shared/core/reasoning-trace.ts";
import { answerAs } from "../problem.ts";
import { opinionId } from "../second-opinion.ts";
import { services } from "../services.ts";
import { incidentIn, unknownIncident } from "./incidents.ts";

/** `GET /api/incidents/{incidentId}/trace`: what was asked, seen, weighed, decided and done, in order, from the audit chain. */
export async function readTrace(request: HttpRequest): Promise<HttpResponseInit> {
  const { incidents } = services();
  const incident = await incidentIn(request);
  if (incident === null) return unknownIncident();
  const { incidentId, runId } = incident;
  const [entries, asked] = await Promise.all([
    incidents.audit(incidentId),
    incidents.kept(incidentId, opinionId(runId), AskedOpinion),
  ]);
  return answerAs(ReasoningTrace, 200, { steps: traceOf(entries, asked), verification: verifyChain(entries) });
}

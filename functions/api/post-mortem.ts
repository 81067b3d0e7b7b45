import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { verifyChain } from "../../shared/core/audit-chain.ts";
import { isOver, postMortemOf } from "../../shared/core/post-mortem.ts";
import { problem } from "../problem.ts";
import { services } from "../services.ts";
import { incidentIn, unknownIncident } from "./incidents.ts";

/** `GET /api/incidents/{incidentId}/postmortem`: the record of an incident that is over, as Markdown. */
export async function readPostMortem(request: HttpRequest): Promise<HttpResponseInit> {
  const { incidents, servers } = services();
  const incident = await incidentIn(request);
  if (incident === null) return unknownIncident();
  if (!isOver(incident)) return problem(409, "still-open", { title: "This incident is not over yet" });
  const entries = await incidents.audit(incident.incidentId);
  const server = await servers.read(incident.serverId);
  const chain = { entries: entries.length, intact: verifyChain(entries).intact, head: entries.at(-1)?.hash ?? null };
  return {
    status: 200,
    headers: {
      "content-type": "text/markdown; charset=utf-8",
      "content-disposition": `attachment; filename="${incident.incidentId}.md"`,
      "cache-control": "no-store",
    },
    body: postMortemOf(incident, server?.displayName ?? incident.serverId, chain),
  };
}

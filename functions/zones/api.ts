import { app, type HttpMethod } from "@azure/functions";
import { listActions, runAction } from "../api/actions.ts";
import { putAutonomy, readAutonomy } from "../api/autonomy.ts";
import { readChanges } from "../api/changes.ts";
import { confirmChat, openChat, readChat, replyToChat } from "../api/chats.ts";
import { listDeadLetters, sendDeadLetter } from "../api/dead-letters.ts";
import { decide } from "../api/decisions.ts";
import { listIncidents, openIncident, readAudit, readIncident, readTimeline } from "../api/incidents.ts";
import { createInstruction, listInstructions, revokeInstruction } from "../api/instructions.ts";
import { triageLogs } from "../api/logs.ts";
import { readCalibration } from "../api/memory.ts";
import { serveMcp } from "../api/mcp.ts";
import { METADATA_ROUTE, readMcpMetadata } from "../api/mcp-caller.ts";
import { deletePlaybook, putPlaybook } from "../api/playbook-changes.ts";
import { listPlaybooks, readPlaybookText, readPlaybookVersion, validatePlaybook } from "../api/playbooks.ts";
import { readPostMortem } from "../api/post-mortem.ts";
import { asPerson, type PersonHandler } from "../api/principal.ts";
import { prepareClients } from "../prepare.ts";
import { guarded } from "../problem.ts";
import { tracedRequests } from "../traced-requests.ts";
import { deleteSchedule, listSchedules, putSchedule } from "../api/schedules.ts";
import {
  checkServer,
  deleteServer,
  listServers,
  putAutomation,
  putServer,
  readBaselines,
  readCheck,
  readReport,
  readServer,
  reportOnServer,
} from "../api/servers.ts";
import { readTrace } from "../api/trace.ts";
import type { Role } from "../../shared/contracts/api.ts";

/** name: [method, route, role, handler] */
export const ENDPOINTS: Record<string, [HttpMethod, string, Role, PersonHandler]> = {
  listServers: ["GET", "servers", "reader", listServers],
  readServer: ["GET", "servers/{serverId}", "reader", readServer],
  readBaselines: ["GET", "servers/{serverId}/baselines", "reader", readBaselines],
  putServer: ["PUT", "servers/{serverId}", "admin", putServer],
  putAutomation: ["PUT", "servers/{serverId}/automation", "admin", putAutomation],
  deleteServer: ["DELETE", "servers/{serverId}", "admin", deleteServer],
  checkServer: ["POST", "servers/{serverId}/check", "operator", checkServer],
  readCheck: ["GET", "servers/{serverId}/checks/{requestId}", "reader", readCheck],
  reportOnServer: ["POST", "servers/{serverId}/report", "operator", reportOnServer],
  readReport: ["GET", "servers/{serverId}/reports/{requestId}", "reader", readReport],
  listIncidents: ["GET", "incidents", "reader", listIncidents],
  openIncident: ["POST", "incidents", "operator", openIncident],
  readIncident: ["GET", "incidents/{incidentId}", "reader", readIncident],
  readAudit: ["GET", "incidents/{incidentId}/audit", "reader", readAudit],
  readTrace: ["GET", "incidents/{incidentId}/trace", "reader", readTrace],
  readPostMortem: ["GET", "incidents/{incidentId}/postmortem", "reader", readPostMortem],
  listActions: ["GET", "incidents/{incidentId}/actions", "reader", listActions],
  runAction: ["POST", "incidents/{incidentId}/actions/{actionId}", "operator", runAction],
  listPlaybooks: ["GET", "playbooks", "reader", listPlaybooks],
  readPlaybook: ["GET", "playbooks/{name}", "reader", readPlaybookText],
  readPlaybookVersion: ["GET", "playbooks/{name}/versions/{version}", "reader", readPlaybookVersion],
  putPlaybook: ["PUT", "playbooks/{name}", "operator", putPlaybook],
  deletePlaybook: ["DELETE", "playbooks/{name}", "operator", deletePlaybook],
  validatePlaybook: ["POST", "playbooks/validate", "operator", validatePlaybook],
  listSchedules: ["GET", "schedules", "reader", listSchedules],
  putSchedule: ["PUT", "schedules/{scheduleId}", "operator", putSchedule],
  deleteSchedule: ["DELETE", "schedules/{scheduleId}", "operator", deleteSchedule],
  triageLogs: ["POST", "logs/triage", "operator", triageLogs],
  decide: ["POST", "incidents/{incidentId}/decision", "operator", decide],
  openChat: ["POST", "chats", "operator", openChat],
  readChat: ["GET", "chats/{chatId}", "operator", readChat],
  replyToChat: ["POST", "chats/{chatId}/messages", "operator", replyToChat],
  confirmChat: ["POST", "chats/{chatId}/confirm", "operator", confirmChat],
  listInstructions: ["GET", "instructions", "reader", listInstructions],
  createInstruction: ["POST", "instructions", "operator", createInstruction],
  revokeInstruction: ["DELETE", "instructions/{instructionId}", "operator", revokeInstruction],
  listDeadLetters: ["GET", "dead-letters", "reader", listDeadLetters],
  sendDeadLetter: ["POST", "dead-letters/{letterId}/send", "operator", sendDeadLetter],
  readCalibration: ["GET", "memory/calibration", "reader", readCalibration],
  readTimeline: ["GET", "timeline", "reader", readTimeline],
  readChanges: ["GET", "changes", "reader", readChanges],
  readAutonomy: ["GET", "autonomy", "reader", readAutonomy],
  putAutonomy: ["PUT", "autonomy", "admin", putAutonomy],
};

/** What the api app listens to: the dashboard's calls, and those of agents. Every one checks the caller's role. */
export function register(): void {
  for (const [name, [method, route, role, handler]] of Object.entries(ENDPOINTS)) {
    const traced = tracedRequests(method, route, asPerson(role, handler));
    app.http(name, { methods: [method], authLevel: "anonymous", route, handler: traced });
  }
  registerMcp();
  app.hook.appStart(prepareClients);
}

/** Agents come with a token of their own, and not through the front. */
function registerMcp(): void {
  const open = { authLevel: "anonymous" } as const;
  // The protocol's clients also try GET and DELETE, and expect a 405.
  const methods: HttpMethod[] = ["POST", "GET", "DELETE"];
  app.http("mcp", { methods, ...open, route: "mcp", handler: tracedRequests("POST", "mcp", guarded(serveMcp)) });
  app.http("mcpMetadata", { methods: ["GET"], ...open, route: METADATA_ROUTE, handler: guarded(readMcpMetadata) });
}

// What an operator sees and does in the dashboard, as calls of the API.
import type { z } from "zod";
import {
  AuditAnswer,
  IncidentDetail,
  IncidentList,
  type IncidentSummary,
  InstructionList,
  Problem,
  ServerView,
  TimelineAnswer,
} from "../../../shared/contracts/api.ts";
import { Chat, type ChatReply } from "../../../shared/contracts/chat.ts";
import { type Answer, callApi, type Caller } from "../api-client.ts";

export type Person = ReturnType<typeof personOf>;

/** Somebody else was quicker (409), the proposal changed (412) or expired (410): the incident tells which. */
const OVERTAKEN = [409, 410, 412];

export function personOf(caller: Caller) {
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const answer = await callApi(caller, "GET", path);
    if (answer.status !== 200) throw new Error(`GET /api/${path} answered ${inWords(answer)}`);
    return schema.parse(answer.body);
  };
  const say = async (path: string, body: object): Promise<Chat | null> => {
    const answer = await callApi(caller, "POST", path, { body });
    if (OVERTAKEN.includes(answer.status)) return null;
    if (answer.status >= 300) throw new Error(`POST /api/${path} answered ${inWords(answer)}`);
    return Chat.parse(answer.body);
  };
  return {
    server: () => read("servers/shop", ServerView),
    incident: (id: string) => read(`incidents/${id}`, IncidentDetail),
    incidents: async (): Promise<IncidentSummary[]> => (await read("incidents", IncidentList)).incidents,
    instructions: async () => (await read("instructions", InstructionList)).instructions,
    timeline: async () => (await read("timeline", TimelineAnswer)).rows,
    audit: (id: string) => read(`incidents/${id}/audit`, AuditAnswer),
    /** The Always-Allow conversation; each step answers null when the proposal is no longer there to decide about. */
    openChat: (incidentId: string, proposalId: string) => say("chats", { incidentId, proposalId }),
    reply: ({ chatId }: Chat, reply: ChatReply) => say(`chats/${chatId}/messages`, reply),
    confirm: ({ chatId }: Chat) => say(`chats/${chatId}/confirm`, {}),
  };
}

function inWords({ status, body }: Answer): string {
  const problem = Problem.safeParse(body);
  return problem.success ? `${status}: ${problem.data.title}. ${problem.data.detail ?? ""}` : String(status);
}

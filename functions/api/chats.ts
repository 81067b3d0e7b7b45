import { randomUUID } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { AREA_OF, levelIn } from "../../shared/contracts/automation.ts";
import { Chat, ChatReply, ChatRequest } from "../../shared/contracts/chat.ts";
import type { Incident } from "../../shared/contracts/incident.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import {
  beginChat,
  continueChat,
  instructionOf,
  type TrackRecord,
} from "../../shared/core/always-allow/conversation.ts";
import { answerAs, invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { concerns } from "../traced-requests.ts";
import { refusalOf, writeDecision } from "./decisions.ts";
import { unknownIncident } from "./incidents.ts";
import { actorOf, type Person } from "./principal.ts";

type Subject = { incident: Incident; proposal: ProposedAction; serverId: string };
type Found = { ok: true; chat: Chat; etag: string; subject: Subject } | { ok: false; response: HttpResponseInit };

const unknownChat = (): HttpResponseInit => problem(404, "unknown-chat", { title: "There is no such conversation" });
const moved = (): HttpResponseInit =>
  problem(409, "chat-moved-on", { title: "The conversation went on elsewhere", detail: "Reload it." });

/** `POST /api/chats`: begins the Always-Allow conversation about a proposal. It changes nothing until it is confirmed. */
export async function openChat(request: HttpRequest): Promise<HttpResponseInit> {
  const { incidents, system, now } = services();
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = ChatRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const incident = await incidents.read(wish.data.incidentId);
  if (incident === null) return unknownIncident();
  concerns(incident.incidentId);
  const { proposal, serverId } = incident;
  const refusal = refusalOf(incident, { proposalId: wish.data.proposalId, proposalHash: proposal?.hash ?? "" }, now());
  if (refusal !== null || proposal === null) return refusal ?? unknownIncident();
  const useless = await levelTooLow(serverId, proposal);
  if (useless !== null) return useless;
  const subject = { incidentId: incident.incidentId, serverId, proposal };
  const chat = beginChat(
    `chat-${randomUUID().replaceAll("-", "")}`,
    subject,
    await trackRecord(serverId, proposal),
    now(),
  );
  await system.createChat(chat);
  return answerAs(Chat, 201, chat);
}

/** An instruction that the server's level would not let count is not talked about for five questions. */
async function levelTooLow(serverId: string, { action }: ProposedAction): Promise<HttpResponseInit | null> {
  const area = AREA_OF[action.kind];
  const level = levelIn((await services().servers.read(serverId))?.automation, area);
  if (level >= 3) return null;
  return problem(409, "level-too-low", {
    title: `At automation level ${level} for ${area} a person approves each action`,
    detail: "Approve it once, or have an admin raise the level of this server to 3.",
  });
}

async function trackRecord(serverId: string, { action }: ProposedAction): Promise<TrackRecord> {
  const { incidents: known } = await services().incidents.listReadable({ serverId });
  const done = known.filter(({ execution, proposal }) => execution !== null && proposal?.action.kind === action.kind);
  return {
    done: done.length,
    improved: done.filter(({ verification }) => verification?.verdict === "improved").length,
    undone: done.filter(({ rollBack }) => rollBack?.done === true).length,
  };
}

/** `GET /api/chats/{chatId}` */
export async function readChat(request: HttpRequest): Promise<HttpResponseInit> {
  const found = await chatIn(request);
  return found.ok ? answerAs(Chat, 200, found.chat) : found.response;
}

/** `POST /api/chats/{chatId}/messages`: an answer, as a choice or in words. */
export async function replyToChat(request: HttpRequest): Promise<HttpResponseInit> {
  const found = await chatIn(request);
  if (!found.ok) return found.response;
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const reply = ChatReply.safeParse(body.value);
  if (!reply.success) return invalid(reply.error);
  const { system, now } = services();
  const next = continueChat(found.chat, reply.data, found.subject, now());
  return (await system.replaceChat(next, found.etag)) === "replaced" ? answerAs(Chat, 200, next) : moved();
}

/** `POST /api/chats/{chatId}/confirm`: writes the instruction and the approval in one flow. Confirming twice is confirming once. */
export async function confirmChat(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const found = await chatIn(request);
  if (!found.ok) return found.response;
  const { chat, etag, subject } = found;
  if (chat.step === "confirmed") return answerAs(Chat, 200, chat);
  const { system, now } = services();
  const instruction = instructionOf(chat, actorOf(person), now());
  if (instruction === null) return problem(409, "chat-unfinished", { title: "The conversation is not at its end yet" });
  const { proposalId, hash: proposalHash } = subject.proposal;
  const wish = { proposalId, proposalHash, verdict: "approve", instruction } as const;
  const written = await writeDecision(chat.incidentId, person, wish);
  if (!written.written && subject.incident.decision?.proposalId !== proposalId) return written.refusal;
  const isOurs = (written.written ? written.incident : subject.incident).decision;
  if (isOurs?.verdict !== "approve" || isOurs.instructionId !== instruction.instructionId) {
    return written.written ? moved() : written.refusal;
  }
  const confirmed: Chat = { ...chat, step: "confirmed", choices: [], instructionId: instruction.instructionId };
  await system.replaceChat(confirmed, etag);
  return answerAs(Chat, 200, confirmed);
}

async function chatIn(request: HttpRequest): Promise<Found> {
  const id = Id.safeParse(request.params["chatId"]);
  const stored = id.success ? await services().system.chat(id.data) : null;
  if (stored === null) return { ok: false, response: unknownChat() };
  const incident = await services().incidents.read(stored.value.incidentId);
  const proposal = incident?.proposal ?? null;
  if (incident === null || proposal === null) return { ok: false, response: unknownIncident() };
  concerns(incident.incidentId);
  if (proposal.proposalId !== stored.value.proposalId) {
    return {
      ok: false,
      response: problem(412, "proposal-changed", { title: "The proposal changed since this conversation began" }),
    };
  }
  return {
    ok: true,
    chat: stored.value,
    etag: stored.etag,
    subject: { incident, proposal, serverId: incident.serverId },
  };
}

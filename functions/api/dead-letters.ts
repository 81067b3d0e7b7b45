import { randomUUID } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { type DeadLetter, DeadLetterList, DeadLetterView } from "../../shared/contracts/dead-letter.ts";
import { ApprovalMessage, type Message, type Queue, RunsMessage } from "../../shared/contracts/messages.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import { answerAs, problem } from "../problem.ts";
import { services } from "../services.ts";
import { actorOf, type Person } from "./principal.ts";

const MOST_CHARACTERS = 2_000;
const About = z.looseObject({ incidentId: Id });

/** `GET /api/dead-letters`: messages that no handler could take, the newest first. */
export async function listDeadLetters(): Promise<HttpResponseInit> {
  const letters = await services().system.deadLetters();
  return answerAs(DeadLetterList, 200, { letters: letters.map(({ letterId, letter }) => viewOf(letterId, letter)) });
}

/**
 * `POST /api/dead-letters/{letterId}/send`: sends it once more, under an id of its own, since the broker drops one that it has seen. Its
 * handler is safe to repeat.
 */
export async function sendDeadLetter(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const { system, incidents, messages, now } = services();
  const letterId = request.params["letterId"] ?? "";
  const letter = await system.deadLetter(letterId);
  if (letter === null) return problem(404, "unknown-letter", { title: "There is no such message" });
  const read = messageIn(letter);
  if (!read.ok) return problem(409, "stays", { title: "This message cannot be sent again", detail: read.because });
  const at = now().toISOString();
  const by = actorOf(person);
  await messages.send(read.queue, `again-${randomUUID()}`, read.message);
  await system.putDeadLetter(letterId, { ...letter, sentAgain: { by, at } });
  const incidentId = About.safeParse(read.message).data?.incidentId;
  if (incidentId !== undefined && (await incidents.read(incidentId)) !== null) {
    const detail = { key: `${letterId}-${at}`, letterId, queue: read.queue, type: read.message.type, by };
    await incidents.appendAudit({ incidentId, at, what: "message sent again", detail });
  }
  return answerAs(DeadLetterView, 200, viewOf(letterId, { ...letter, sentAgain: { by, at } }));
}

type Read = { ok: true; queue: Queue; message: Message } | { ok: false; because: string };

/** The message in a letter, if it is one that the api app may send. */
function messageIn({ queue, body }: DeadLetter): Read {
  switch (queue) {
    case "runs":
      return sendable(queue, RunsMessage.safeParse(body));
    case "approvals":
      return sendable(queue, ApprovalMessage.safeParse(body));
    case "run-events":
      return { ok: false, because: "Only a run may tell of itself; what this one asked for, the sweep does." };
  }
}

function sendable(queue: Queue, parsed: z.ZodSafeParseResult<Message>): Read {
  if (parsed.success) return { ok: true, queue, message: parsed.data };
  return { ok: false, because: "No version of PgMedic that is running can read it." };
}

function viewOf(letterId: string, letter: DeadLetter): DeadLetterView {
  const { body, ...rest } = letter;
  const read = messageIn(letter);
  return {
    ...rest,
    letterId,
    text: JSON.stringify(body ?? null).slice(0, MOST_CHARACTERS),
    incidentId: About.safeParse(body).data?.incidentId ?? null,
    stays: read.ok ? null : read.because,
  };
}

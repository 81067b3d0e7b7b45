import { randomUUID } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { InstructionList } from "../../shared/contracts/api.ts";
import { type Instruction, InstructionTerms } from "../../shared/contracts/instruction.ts";
import { describeTerms } from "../../shared/core/always-allow/describe.ts";
import { answer, answerAs, invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { actorOf, type Person } from "./principal.ts";

/** `GET /api/instructions`: all of them, revoked and expired ones included. */
export async function listInstructions(): Promise<HttpResponseInit> {
  return answerAs(InstructionList, 200, { instructions: await services().instructions.list() });
}

/** `POST /api/instructions`: writes one without a conversation. */
export async function createInstruction(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const { instructions, now } = services();
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const terms = InstructionTerms.safeParse(body.value);
  if (!terms.success) return invalid(terms.error);
  const instruction: Instruction = {
    ...terms.data,
    instructionId: `ins-${randomUUID().replaceAll("-", "").slice(0, 20)}`,
    summary: describeTerms(terms.data),
    createdBy: actorOf(person),
    createdAt: now().toISOString(),
    incidentId: null,
    revoked: null,
  };
  await instructions.create(instruction);
  return answer(201, instruction);
}

/** `DELETE /api/instructions/{instructionId}`: revokes it at once. */
export async function revokeInstruction(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const { instructions, now } = services();
  const outcome = await instructions.revoke(
    request.params["instructionId"] ?? "",
    actorOf(person),
    now().toISOString(),
  );
  return outcome === "revoked"
    ? { status: 204 }
    : problem(404, "unknown-instruction", { title: "There is no such instruction" });
}

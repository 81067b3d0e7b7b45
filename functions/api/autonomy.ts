import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { type Autonomy, AutonomyRequest, AutonomyView } from "../../shared/contracts/autonomy.ts";
import { effectivePhase } from "../../shared/core/graduation.ts";
import { graduationNow } from "../graduation.ts";
import { answerAs, invalid, jsonBody } from "../problem.ts";
import { services } from "../services.ts";
import type { Person } from "./principal.ts";

/** `GET /api/autonomy`: the kill switch, the phase that is allowed, and the one that the record has earned with its figures. */
export async function readAutonomy(): Promise<HttpResponseInit> {
  return answerAs(AutonomyView, 200, await viewOf(await services().system.autonomy()));
}

/** `PUT /api/autonomy`: an admin allows a phase, which counts from the next action on, or throws the kill switch, which does from the next statement on. */
export async function putAutonomy(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const { system, now } = services();
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = AutonomyRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const { phase, killSwitch } = wish.data;
  const thrown = killSwitch === undefined ? {} : { on: killSwitch, by: person.name, at: now().toISOString() };
  const next = await system.changeAutonomy((current) => ({
    ...current,
    phase: phase ?? current.phase,
    killSwitch: { ...current.killSwitch, ...thrown },
  }));
  return answerAs(AutonomyView, 200, await viewOf(next));
}

async function viewOf(autonomy: Autonomy): Promise<AutonomyView> {
  const graduation = await graduationNow();
  return { ...autonomy, effective: effectivePhase(autonomy.phase, graduation?.phase ?? "assist"), graduation };
}

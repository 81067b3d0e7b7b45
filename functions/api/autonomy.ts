import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { Autonomy, AutonomyRequest } from "../../shared/contracts/api.ts";
import { answerAs, invalid, jsonBody } from "../problem.ts";
import { services } from "../services.ts";
import type { Person } from "./principal.ts";

/** `GET /api/autonomy`: the phase and the kill switch. */
export async function readAutonomy(): Promise<HttpResponseInit> {
  return answerAs(Autonomy, 200, await services().system.autonomy());
}

/** `PUT /api/autonomy`: an admin changes the phase, or throws the kill switch. It takes effect before the next statement. */
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
  return answerAs(Autonomy, 200, next);
}

import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { Id } from "../../shared/contracts/primitives.ts";
import { Schedule, ScheduleList, ScheduleRequest, type ScheduleView } from "../../shared/contracts/schedule.ts";
import { cadenceProblem, firstInterval, nextAfter } from "../../shared/core/schedules.ts";
import { answerAs, invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { refusedPlaybook } from "./playbook-answers.ts";
import { actorOf, type Person } from "./principal.ts";

const idIn = (request: HttpRequest) => Id.safeParse(request.params["scheduleId"]);

/** `GET /api/schedules`: every schedule with its last runs and what they came to. */
export async function listSchedules(): Promise<HttpResponseInit> {
  const { schedules } = await services().schedules.list();
  return answerAs(ScheduleList, 200, { schedules: await Promise.all(schedules.map(viewOf)) });
}

/** `PUT /api/schedules/{scheduleId}`: has a playbook run on a server again and again, or changes when. */
export async function putSchedule(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const { schedules, servers, now } = services();
  const id = idIn(request);
  if (!id.success) return invalid(id.error);
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = ScheduleRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const { serverId, playbook, cadence } = wish.data;
  const wrong = cadenceProblem(cadence);
  if (wrong !== null) return problem(422, "no-schedule", { title: "This is no schedule", detail: wrong });
  if ((await servers.read(serverId)) === null)
    return problem(422, "unknown-server", { title: `There is no server "${serverId}"` });
  const refusal = await refusedPlaybook(playbook);
  if (refusal !== null) return refusal;
  const moment = now();
  const intervalMinutes = firstInterval(cadence);
  const set: Omit<Schedule, "runs"> = {
    ...wish.data,
    scheduleId: id.data,
    setBy: actorOf(person),
    setAt: moment.toISOString(),
    nextAt: nextAfter(cadence, intervalMinutes, moment).toISOString(),
    intervalMinutes,
  };
  const schedule = await schedules.change(id.data, (known) => ({ ...set, runs: known?.runs ?? [] }));
  return answerAs(Schedule, 200, schedule ?? { ...set, runs: [] });
}

/** `DELETE /api/schedules/{scheduleId}`: what it began goes on, and nothing follows. */
export async function deleteSchedule(request: HttpRequest): Promise<HttpResponseInit> {
  const id = idIn(request);
  if (!id.success) return invalid(id.error);
  await services().schedules.remove(id.data);
  return { status: 204 };
}

/** Runs whose incident was told of in the list itself: more are a click away. */
const RUNS_SHOWN = 5;

async function viewOf(schedule: Schedule): Promise<ScheduleView> {
  const runs = await Promise.all(schedule.runs.slice(0, RUNS_SHOWN).map(runOf));
  return { ...schedule, runs };
}

async function runOf(run: Schedule["runs"][number]): Promise<ScheduleView["runs"][number]> {
  const incident = run.incidentId === null ? null : await services().incidents.read(run.incidentId);
  return {
    ...run,
    state: incident?.state ?? null,
    verdict: incident?.diagnosis?.verdict ?? null,
    path: incident?.resolution?.path ?? null,
    summary: incident?.diagnosis?.summary ?? null,
  };
}

import type { InvocationContext } from "@azure/functions";
import { isClosed } from "../shared/contracts/incident.ts";
import type { Schedule } from "../shared/contracts/schedule.ts";
import { failureText } from "../shared/core/log-text.ts";
import { afterRun, alertOf, dueSlot, type Run } from "../shared/core/schedules.ts";
import { correlate } from "./correlate.ts";
import { services } from "./services.ts";

/** Every minute: has the servers looked at whose schedules are due. A run that is killed on the way is taken up by the next minute's. */
export async function runSchedules(_timer: unknown, context: Pick<InvocationContext, "warn">): Promise<void> {
  const { schedules, now } = services();
  const { schedules: known, unreadable } = await schedules.list();
  if (unreadable.length > 0)
    context.warn(`schedules that this version cannot read are left alone: ${unreadable.join(", ")}`);
  for (const schedule of known) {
    const slot = dueSlot(schedule, now());
    if (slot === null) continue;
    try {
      await runSlot(schedule, slot);
    } catch (failure) {
      // One schedule that cannot be run must not keep the others from being run; its slot stays due.
      context.warn(`the schedule ${schedule.scheduleId} could not be run: ${failureText(failure)}`);
    }
  }
}

async function runSlot(schedule: Schedule, slot: string): Promise<void> {
  const { schedules, now } = services();
  const last = await lastLook(schedule);
  const run: Run = last.isOpen ? { incidentId: null, said: "the last look is still open" } : await look(schedule, slot);
  await schedules.change(schedule.scheduleId, (current) =>
    current === null ? null : afterRun(current, slot, { ...run, found: last.found }, now()),
  );
}

async function look(schedule: Schedule, slot: string): Promise<Run> {
  const server = await services().servers.read(schedule.serverId);
  if (server === null) return { incidentId: null, said: "the server is not registered any more" };
  if (!server.enabled) return { incidentId: null, said: "PgMedic was not enabled on the server" };
  const { incidentId } = await correlate(alertOf(schedule, slot), schedule.serverId);
  return { incidentId, said: "looked at" };
}

type LastLook = { isOpen: boolean; found: boolean | null };

/** What the last look came to; `found` is null while nobody knows. */
async function lastLook({ runs }: Schedule): Promise<LastLook> {
  const last = runs.find(({ incidentId }) => incidentId !== null)?.incidentId ?? null;
  const incident = last === null ? null : await services().incidents.read(last);
  if (incident === null) return { isOpen: false, found: null };
  const isOpen = !isClosed(incident.state);
  switch (incident.diagnosis?.verdict) {
    case "cause":
    case "handoff":
      return { isOpen, found: true };
    case "healthy":
    case "expected":
      return { isOpen, found: false };
    case "unexplained":
    case undefined:
      return { isOpen, found: null };
  }
}

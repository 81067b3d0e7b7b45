import { z } from "zod";
import { Diagnosis } from "./diagnosis.ts";
import { IncidentState } from "./incident.ts";
import { ResolutionPath } from "./outcome.ts";
import { Actor, Id, Instant } from "./primitives.ts";

const Minutes = z
  .number()
  .int()
  .min(15)
  .max(7 * 24 * 60);

/** When a server is looked at: by the clock in UTC, or at an interval that follows what is found. */
export const Cadence = z.discriminatedUnion("kind", [
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  z.strictObject({ kind: z.literal("cron"), expression: z.string().trim().min(1).max(100) }),
  z
    .strictObject({ kind: z.literal("adaptive"), shortestMinutes: Minutes, longestMinutes: Minutes })
    .refine(({ shortestMinutes, longestMinutes }) => shortestMinutes <= longestMinutes, {
      path: ["longestMinutes"],
      message: "the longest interval is not below the shortest",
    }),
]);
export type Cadence = z.infer<typeof Cadence>;

/** Body of `PUT /api/schedules/{id}`. */
export const ScheduleRequest = z.strictObject({
  serverId: Id,
  playbook: z.string().min(1).max(40),
  cadence: Cadence,
  enabled: z.boolean().default(true),
});
export type ScheduleRequest = z.infer<typeof ScheduleRequest>;

/** A playbook that is run on a server again and again. */
export const Schedule = z.strictObject({
  scheduleId: Id,
  serverId: Id,
  playbook: z.string(),
  cadence: Cadence,
  enabled: z.boolean(),
  setBy: Actor,
  setAt: Instant,
  nextAt: Instant,
  /** What an adaptive cadence waits at the moment. */
  intervalMinutes: z.number().int().positive(),
  /** The last runs, the newest first. */
  runs: z.array(z.strictObject({ at: Instant, incidentId: Id.nullable(), said: z.string() })),
});
export type Schedule = z.infer<typeof Schedule>;

/** A schedule with what its runs came to, as far as their incidents are still there. */
export const ScheduleView = Schedule.omit({ runs: true }).extend({
  runs: z.array(
    z.strictObject({
      at: Instant,
      incidentId: Id.nullable(),
      said: z.string(),
      state: IncidentState.nullable(),
      verdict: z.enum(Diagnosis.options.map(({ shape }) => shape.verdict.value)).nullable(),
      path: ResolutionPath.nullable(),
      summary: z.string().nullable(),
    }),
  ),
});
export type ScheduleView = z.infer<typeof ScheduleView>;
export const ScheduleList = z.strictObject({ schedules: z.array(ScheduleView) });

import { Schedule } from "../contracts/schedule.ts";
import type { Address, Documents } from "./documents.ts";
import { guardedChange } from "./guarded-change.ts";

export type Schedules = ReturnType<typeof schedulesOf>;

/** Schedules, each a document of its own beside the rest of the system's. */
export function schedulesOf(documents: Documents) {
  const at = (scheduleId: string): Address => {
    const id = `schedule-${scheduleId}`;
    return { container: "system", id, partition: id };
  };
  return {
    /** Every schedule that can be read, and the names of the others. */
    list: async (): Promise<{ schedules: Schedule[]; unreadable: string[] }> => {
      const sql = 'select * from c where startswith(c.id, "schedule-") order by c.id asc';
      const { found, unreadable } = await documents.search({ container: "system", sql, parameters: [] }, Schedule);
      return { schedules: found.map(({ value }) => value), unreadable };
    },
    /** Changes a schedule under its ETag. `decide` gets null where there is none, and answers null to leave it. */
    change: (scheduleId: string, decide: (known: Schedule | null) => Schedule | null): Promise<Schedule | null> =>
      guardedChange(documents, at(scheduleId), Schedule, (known) => {
        const next = decide(known);
        return { next, answer: next ?? known };
      }),
    remove: (scheduleId: string) => documents.remove(at(scheduleId)),
  };
}

import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPlannerClone } from "../../shared/advisor/clone-thread.ts";
import { type CloneTurns, cloneTurns } from "../../shared/advisor/clone-turns.ts";

/** The planner clone of a command line: closed when the command is over. */
export const plannerOfCommand = (): CloneTurns => cloneTurns(() => startPlannerClone(join(tmpdir(), "pgmedic-clone")));

/** Lends a command a planner clone for as long as it works. */
export async function withPlanner<T>(work: (clones: CloneTurns) => Promise<T>): Promise<T> {
  const clones = plannerOfCommand();
  try {
    return await work(clones);
  } finally {
    await clones.close();
  }
}

import { postgresOf, type Session } from "../../shared/adapters/postgres.ts";
import type { Limits } from "../../shared/advisor/advice.ts";
import { OF_A_PERSON, OF_AN_INVESTIGATION } from "../../shared/advisor/choose-index.ts";
import type { PlannerClone } from "../../shared/advisor/clone-protocol.ts";
import type { CloneTurns } from "../../shared/advisor/clone-turns.ts";
import {
  adviseWorkload,
  type Advised,
  type Asked,
  countedWorkload,
} from "../../shared/investigation/advise-workload.ts";
import { adviceAsJson, adviceAsText } from "./advice-text.ts";
import type { AdviseArguments } from "./arguments.ts";
import { gate } from "./gate.ts";
import { type Outcome, progressOn, serverOf } from "./outcome.ts";
import { withPlanner } from "./planner.ts";
import { writtenWorkload } from "./workload.ts";

/** An advice with how long it took. */
export type Timed = Advised & { ms: number };

/** `pgmedic advise`: what the workload would gain from, tried in the planner clone. */
export async function advise(given: AdviseArguments): Promise<Outcome> {
  const file = given.check ?? given.queries;
  const isGate = given.check !== undefined;
  const limits: Limits = {
    ...(isGate ? { ...OF_AN_INVESTIGATION, leastShare: 0 } : OF_A_PERSON),
    mostIndexes: given.most,
    budgetBytes: given.budget,
    insertSlowdown: given["insert-slowdown"] ?? Number.POSITIVE_INFINITY,
    weighBy: file === undefined ? "time" : "plan cost",
  };
  const server = serverOf(given);
  const read = (session: Session): Promise<Asked> =>
    file === undefined ? countedWorkload(session, server) : writtenWorkload(session, server, file);
  const advised = await withPlanner((clones) => adviseFor(clones, { url: given.server, limits, read }));
  if (isGate) return gate(advised, given);
  return { text: given.json ? adviceAsJson(advised) : adviceAsText(advised), exitCode: 0 };
}

type Wish = { url: string; limits: Limits; read: (session: Session) => Promise<Asked> };

/** Reads what is asked from a server, then works in the clone, the server's connection closed. */
export async function adviseFor({ withClone }: CloneTurns, { url, limits, read }: Wish): Promise<Timed> {
  const progress = progressOn(process.stderr);
  const purpose = { server: serverOf({ schema: ["public"] }), applicationName: "pgmedic/advise" };
  progress.say("reading the workload and the catalog");
  const asked = await postgresOf(() => url).asInvestigator(purpose, read);
  progress.say("making the planner clone");
  try {
    const startedAt = performance.now();
    const advised = await withClone((clone) => adviseWorkload(counted(clone, progress.say), asked, limits));
    return { ...advised, ms: performance.now() - startedAt };
  } finally {
    progress.clear();
  }
}

/** The clone with its work shown. */
function counted(clone: PlannerClone, say: (text: string) => void): PlannerClone {
  let plans = 0;
  return {
    ...clone,
    load: (catalog, candidates) => {
      say(`building the clone: ${catalog.tables.length} tables, ${candidates.length} candidate indexes`);
      return clone.load(catalog, candidates);
    },
    plan: (...asked) => {
      plans += 1;
      if (plans % 20 === 0) say(`${plans} plans made`);
      return clone.plan(...asked);
    },
  };
}

// Plays one scenario: the database, what is broken, the sessions and the load, then the alert; and clears it all away.
import { setTimeout as sleep } from "node:timers/promises";
import { discard, prepare, type Server } from "./arena.ts";
import type { Named } from "./collection.ts";
import { judge, type Mark } from "./judge.ts";
import type { Answer, Path, Subject } from "./path.ts";
import { holdSessions, startWorkload } from "./workload.ts";

export type Played = Named & { mark: Mark; answer: Answer | null; healed: string | null };

/** An observation that is shorter says too little. */
const OBSERVED_MS = 4_000;
const START_MS = 300;

/** When the server's counters are read before the alert: under load, as in life; before it; or never. */
export const READINGS = ["late", "early", "none"] as const;
type Options = { isHealing?: boolean; reading?: (typeof READINGS)[number] };
let count = 0;

/** What goes wrong in the arena itself is the scenario's failure, and said. */
export async function play(server: Server, path: Path, named: Named, options: Options = {}): Promise<Played> {
  count += 1;
  const database = `scenario_${process.pid}_${count}`;
  const subject: Subject = { ...named, server, database };
  const endings: (() => Promise<void>)[] = [];
  try {
    return await perform(subject, named, { path, endings, options });
  } catch (failure) {
    const harm: string[] = [];
    const answered = `failed: ${failure instanceof Error ? failure.message : String(failure)}`.slice(0, 300);
    return {
      ...named,
      mark: { cause: false, action: false, parameters: false, harm, answered },
      answer: null,
      healed: null,
    };
  } finally {
    for (const end of endings.toReversed()) await end().catch(() => {});
    await discard(server, database).catch((failure: unknown) =>
      console.error(`${named.name} is not cleared away:`, failure),
    );
  }
}

type Surroundings = { path: Path; endings: (() => Promise<void>)[]; options: Options };

async function perform(subject: Subject, named: Named, { path, endings, options }: Surroundings): Promise<Played> {
  const { scenario, server, database } = subject;
  await prepare(server, database, { script: named.script, options: scenario.database });
  await path.register(subject);
  endings.push(() => path.forget(subject));
  const held = await holdSessions(server, database, scenario.held ?? []);
  endings.push(held.stop);
  await sleep(scenario.ageMs ?? 0);
  if (scenario.before !== undefined) {
    const load = await startWorkload(server, database, scenario.before.workload);
    await sleep(scenario.before.ms);
    await path.takeReading(subject);
    await load.stop();
  }
  const reading = scenario.before === undefined ? (options.reading ?? "late") : "none";
  if (reading === "early") await path.takeReading(subject);
  const load = await startWorkload(server, database, scenario.workload ?? []);
  endings.push(load.stop);
  await sleep(START_MS);
  if (reading === "late") await path.takeReading(subject);
  await sleep(scenario.observedMs ?? OBSERVED_MS);
  const answer = await path.ask(subject);
  const mark = judge(scenario, answer, { database, pids: held.pids });
  const mayHeal =
    options.isHealing === true && path.heal !== null && answer.proposal !== null && answer.refusal === null;
  return { ...named, mark, answer, healed: mayHeal && path.heal !== null ? await path.heal(subject) : null };
}

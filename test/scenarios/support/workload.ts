// The load of a scenario, and the sessions that it holds open.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { connect, type Server, urlAs, withClient } from "./arena.ts";
import type { Draw, Held, Step, Work } from "./scenario.ts";

/** A way to draw numbers that is the same in every run (mulberry32). */
export function drawFrom(seed: number): Draw {
  let state = seed;
  return (highest) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return 1 + (((mixed ^ (mixed >>> 14)) >>> 0) % highest);
  };
}

export type Running = { stop: () => Promise<void> };

/** Starts every connection of the works; `stop` ends them all, whatever they wait for. */
export async function startWorkload(server: Server, database: string, works: readonly Work[]): Promise<Running> {
  const end = new AbortController();
  const clients: pg.Client[] = [];
  const runs: Promise<void>[] = [];
  let seed = 0;
  for (const work of works) {
    for (let number = 0; number < (work.connections ?? 1); number += 1) {
      const client = await connect(urlAs(server, work.as ?? "app", database), work.application ?? "shop-api");
      clients.push(client);
      seed += 1;
      runs.push(repeat(client, work, { draw: drawFrom(seed), signal: end.signal }));
    }
  }
  return {
    stop: async () => {
      end.abort();
      await endAll(server, clients);
      await Promise.all(runs);
    },
  };
}

async function repeat(
  client: pg.Client,
  { steps, paceMs = 0 }: Work,
  { draw, signal }: { draw: Draw; signal: AbortSignal },
): Promise<void> {
  const list = Array.isArray(steps) ? (steps as readonly Step[]) : [steps as Step];
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      for (const step of list) await client.query(queryOf(step, draw));
    } catch {
      // A deadlock, or the end of the session: the application begins anew.
      if (signal.aborted) return;
      await client.query("rollback").catch(() => {});
      await sleep(20);
    }
    const rest = paceMs - (performance.now() - startedAt);
    if (rest > 0) await sleep(rest, undefined, { signal }).catch(() => {});
  }
}

const queryOf = ({ text, values, name }: Step, draw: Draw): pg.QueryConfig => ({
  text,
  values: values?.(draw) ?? [],
  ...(name === undefined ? {} : { name }),
});

/** Opens the held sessions in order; answers their process ids by name. */
export async function holdSessions(
  server: Server,
  database: string,
  held: readonly Held[],
): Promise<Running & { pids: Record<string, number> }> {
  const clients: pg.Client[] = [];
  const pids: Record<string, number> = {};
  const stop = () => endAll(server, clients);
  try {
    for (const one of held) {
      for (let number = 0; number < (one.sessions ?? 1); number += 1) {
        const url = one.as === "postgres" ? server.url(database) : urlAs(server, one.as ?? "app", database);
        const client = await connect(
          one.isReplication ? `${url}?replication=database` : url,
          one.application ?? "shop-api",
        );
        clients.push(client);
        pids[one.name] = await pidOf(client);
        for (const step of one.steps) await client.query(step);
        // It may wait until the scenario ends, and fails then.
        if (one.last !== undefined) client.query(one.last).catch(() => {});
        if (one.last !== undefined) await sleep(30);
      }
    }
  } catch (failure) {
    await stop();
    throw failure;
  }
  return { pids, stop };
}

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid ?? 0;
}

/** Ends sessions from the server's side first: some of them wait for others and would hear nothing. */
async function endAll(server: Server, clients: readonly pg.Client[]): Promise<void> {
  const pids = clients.flatMap((client) =>
    "processID" in client && typeof client.processID === "number" ? [client.processID] : [],
  );
  await withClient(server.url("postgres"), (admin) =>
    admin.query("select pg_terminate_backend(pid) from unnest($1::int[]) pid", [pids]),
  );
  await Promise.all(
    clients.map((client) => Promise.race([client.end().catch(() => {}), sleep(2_000, undefined, { ref: false })])),
  );
}

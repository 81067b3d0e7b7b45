// `npm start`: the local cloud in the foreground, until Ctrl-C.
import { once } from "node:events";
import { perform } from "./demo/perform.ts";
import { readLocalSettings } from "./settings.ts";
import { type LocalCloud, startLocalCloud } from "./supervisor/local-cloud.ts";

const print = (line: string) => process.stdout.write(`${line}\n`);
const complain = (problem: string) => process.stderr.write(`${problem}\n`);

async function main(): Promise<number> {
  const begin = performance.now();
  const settled = readLocalSettings(process.argv.slice(2), process.env);
  if (!settled.ok) {
    complain(settled.problem);
    return 1;
  }
  const asked = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => asked.abort());
  let cloud: LocalCloud;
  try {
    cloud = await startLocalCloud(settled.settings, { log: print, signal: asked.signal });
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return 1;
  }
  print(`\nPgMedic is ready after ${((performance.now() - begin) / 1000).toFixed(1)} s: ${cloud.dashboard}`);
  print("Ctrl-C stops it; what it knows is kept for the next start (npm run reset forgets it).");
  const demo = settled.settings.PGMEDIC_DEMO ? playDemo(cloud, asked.signal) : Promise.resolve();
  const why = await Promise.race([cloud.lost, aborted(asked.signal)]);
  asked.abort();
  await demo;
  const stopBegin = performance.now();
  await cloud.stop();
  print(`stopped in ${((performance.now() - stopBegin) / 1000).toFixed(1)} s`);
  return why === "asked" ? 0 : 1;
}

/** A person who watches has this long to decide before the demo does. */
const PERSON_MS = 20_000;

/** Plays the story once; everything stays up afterwards, whatever came of it. */
async function playDemo(cloud: LocalCloud, signal: AbortSignal): Promise<void> {
  print(`\nThe demo begins; watch it at ${cloud.dashboard}.`);
  const happened = await perform({ cloud, print, signal, personMs: PERSON_MS, beganMs: performance.now() });
  if (signal.aborted) return;
  print(happened ? "\nAll seven beats happened." : "\nThe demo did not come to its end.");
  print(`PgMedic goes on: ${cloud.dashboard}`);
}

async function aborted(signal: AbortSignal): Promise<"asked"> {
  if (!signal.aborted) await once(signal, "abort");
  return "asked";
}

process.exit(await main());

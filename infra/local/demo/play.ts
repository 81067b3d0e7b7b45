// `npm run demo`: the story on a local cloud of its own, unattended. Exit code 0 means that every beat really happened.
import type { LocalCloud } from "../supervisor/local-cloud.ts";
import { startTemporaryCloud } from "../supervisor/temporary-cloud.ts";
import { perform } from "./perform.ts";

const beganMs = performance.now();
const print = (line: string) => process.stdout.write(`${line}\n`);
const elapsed = () => `${((performance.now() - beganMs) / 1000).toFixed(1)} s`;

async function main(): Promise<number> {
  // A signal while it stops changes nothing: it is stopping.
  const end = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => end.abort());
  const entry = process.env["PGMEDIC_HOST_ENTRY"];
  const environment = entry === undefined ? {} : { PGMEDIC_HOST_ENTRY: entry };
  let cloud: LocalCloud;
  try {
    cloud = await startTemporaryCloud({ environment, log: print, signal: end.signal });
  } catch (error) {
    print(`the local cloud did not start: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  void cloud.lost.then((name) => {
    print(`${name} could not be kept alive`);
    end.abort();
  });
  let happened = false;
  try {
    print(`local cloud ready after ${elapsed()}, for this demo only: ${cloud.dashboard}`);
    happened = await perform({ cloud, print, signal: end.signal, personMs: 0, beganMs });
  } finally {
    await cloud.stop();
  }
  print(happened ? `\nAll seven beats happened; ${elapsed()} in all.` : `\nThe demo failed after ${elapsed()}.`);
  return happened ? 0 : 1;
}

process.exit(await main());

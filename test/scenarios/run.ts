// `node test/scenarios/run.ts [--postgres 15] [--reading late|early|none] [--verbose] [name…]`: plays scenarios in this process, for who writes rules.
import { parseArgs } from "node:util";
import { collect } from "./support/collection.ts";
import { directPath } from "./support/direct.ts";
import { isRight } from "./support/judge.ts";
import { play, READINGS } from "./support/play.ts";
import { serversOf } from "./support/servers.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    postgres: { type: "string" },
    reading: { type: "string", default: "late" },
    verbose: { type: "boolean", default: false },
  },
});
const reading = READINGS.find((known) => known === values.reading);
if (reading === undefined) throw new Error(`--reading must be one of ${READINGS.join(", ")}`);
const servers = serversOf(values.postgres === undefined ? null : Number(values.postgres));
const path = await directPath();
let wrong = 0;
const aborted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => aborted.abort());
try {
  for (const named of await collect(positionals)) {
    if (aborted.signal.aborted) break;
    const server = await servers.for(named.scenario);
    if (server === null) {
      console.log(`-     ${named.name}: no server here can show it`);
      continue;
    }
    const { mark, answer } = await play(server, path, named, { reading });
    if (!isRight(mark)) wrong += 1;
    const seconds = ((answer?.ms ?? 0) / 1_000).toFixed(1);
    console.log(
      `${isRight(mark) ? "right" : "WRONG"} ${named.name} ${seconds} s: ${mark.answered} ${mark.harm.join("; ")}`,
    );
    if (values.verbose || !isRight(mark)) {
      for (const { statement, stance } of answer?.diagnosis.findings ?? [])
        console.log(`        ${stance} ${statement}`);
      for (const { what, because } of answer?.diagnosis.rejected ?? []) console.log(`        not ${what}: ${because}`);
      for (const { what, because } of answer?.diagnosis.notSeen ?? [])
        console.log(`        not seen ${what}: ${because}`);
      if (answer?.proposal !== null) console.log(`        ${JSON.stringify(answer?.proposal?.action)}`);
    }
  }
} finally {
  await path.close();
  await servers.stop();
}
console.log(`${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);

import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectionStringOf } from "../../support/insights.ts";
import { runTool } from "../../support/run-tool.ts";

const LOADER = fileURLToPath(new URL("../../bench/cold-start/load-app.ts", import.meta.url));
const APP = fileURLToPath(new URL("../../../functions/app.ts", import.meta.url));
const ZONES = ["ingest", "api", "runner", "all"] as const;
type Zone = (typeof ZONES)[number];

const Report = z.object({
  functions: z.array(z.object({ name: z.string(), triggers: z.array(z.string()) })),
  files: z.array(z.string()),
});
type Report = z.infer<typeof Report>;
const reports = new Map<Zone, Report>();

/** Starts an app as a process of its own, so that what it loads is what it needs. */
async function look(zone: Zone): Promise<Report> {
  const env = {
    PGMEDIC_APP: zone,
    COSMOS_ENDPOINT: "http://127.0.0.1:1",
    APPLICATIONINSIGHTS_CONNECTION_STRING: connectionStringOf(1),
  };
  const { output } = await runTool(["--disable-warning=ExperimentalWarning", LOADER, APP, "--look"], { env });
  return Report.parse(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
}
beforeAll(async () => {
  for (const zone of ZONES) reports.set(zone, await look(zone));
}, 60_000);

const report = (zone: Zone): Report => {
  const found = reports.get(zone);
  if (found === undefined) throw new Error(`${zone} was not loaded`);
  return found;
};
const names = (zone: Zone): string[] =>
  report(zone)
    .functions.map(({ name }) => name)
    .toSorted();
const triggers = (zone: Zone): string[] => [
  ...new Set(report(zone).functions.flatMap(({ triggers: own }) => own.filter((type) => type.endsWith("Trigger")))),
];
const packages = (zone: Zone): Set<string> =>
  new Set(report(zone).files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
const ownFiles = (zone: Zone): string[] =>
  report(zone).files.flatMap((file) => /(?:functions|orchestrators|shared)\/[^?]*\.ts$/.exec(file)?.[0] ?? []);

describe("what an app registers", () => {
  test("ingest listens to alerts and to the question whether it is well, and to nothing else", () => {
    expect(names("ingest")).toEqual(["alertReceived", "health"]);
    expect(triggers("ingest")).toEqual(["httpTrigger"]);
  });

  test("api answers HTTP alone", () => {
    expect(triggers("api")).toEqual(["httpTrigger"]);
    expect(names("api")).toEqual(expect.arrayContaining(["decide", "listIncidents", "putServer", "readChanges"]));
  });

  test("runner has messages, timers and runs, and no HTTP", () => {
    expect(triggers("runner").toSorted()).toEqual([
      "activityTrigger",
      "orchestrationTrigger",
      "serviceBusTrigger",
      "timerTrigger",
    ]);
    expect(names("runner")).toEqual(expect.arrayContaining(["respondToAlert", "runRequested", "sweep", "execute"]));
  });

  test("no function belongs to two zones, and the one app of a small installation has them all", () => {
    const each = [...names("ingest"), ...names("api"), ...names("runner")];
    expect(each.toSorted()).toEqual([...new Set(each)].toSorted());
    expect(names("all")).toEqual(each.toSorted());
  });
});

describe("what an app loads", () => {
  test.each(["ingest", "api"] as const)(
    "%s loads no PostgreSQL client, parser, planner, model or orchestration",
    (zone) => {
      const forbidden = ["pg", "libpg-query", "@electric-sql/pglite", "openai", "durable-functions"];
      expect(forbidden.filter((name) => packages(zone).has(name))).toEqual([]);
      expect(
        ownFiles(zone).filter((file) => /^orchestrators\/|^functions\/activities\/|database\.ts$/.test(file)),
      ).toEqual([]);
    },
  );

  test("an app loads the entry of its own zone only", () => {
    for (const zone of ["ingest", "api", "runner"] as const) {
      const entries = ownFiles(zone).filter((file) => file.startsWith("functions/zones/"));
      expect(entries).toEqual([`functions/zones/${zone}.ts`]);
    }
    expect(ownFiles("ingest").filter((file) => file.startsWith("functions/api/"))).toEqual([]);
    expect(ownFiles("runner").filter((file) => file.startsWith("functions/api/"))).toEqual([]);
  });

  test("whoever only takes alerts loads neither playbooks nor YAML", () => {
    expect(packages("ingest").has("yaml")).toBe(false);
  });

  test("the clients that take longest to load are left for their first use", () => {
    for (const zone of ZONES) {
      const late = [
        "@azure/identity",
        "@azure/cosmos",
        "@azure/service-bus",
        "@electric-sql/pglite",
        "@azure/monitor-opentelemetry-exporter",
        "@opentelemetry/sdk-trace-base",
        "@opentelemetry/sdk-metrics",
        "@opentelemetry/sdk-logs",
      ];
      expect(
        late.filter((name) => packages(zone).has(name)),
        zone,
      ).toEqual([]);
    }
  });
});

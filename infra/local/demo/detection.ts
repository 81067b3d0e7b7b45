// Beats 1 to 4: a calm server, a hammered column, an alert, a run, a proposal.
import pg from "pg";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { eventually } from "../eventually.ts";
import { count, ms, percent } from "./in-words.ts";
import { type Column, cpuOver, must, type Scene, untilIncident, untilSent } from "./scene.ts";

const CALM_PERCENT = 40;
const CLIENTS = 4;
const ALERT_ID = /^\/subscriptions\/[^/]+\/providers\/Microsoft\.AlertsManagement\/alerts\/[^/]+$/;

/** Beat 1: the server is registered and enabled, nothing is open, its CPU is low. Answers the CPU in percent. */
export async function baseline(scene: Scene): Promise<number> {
  const indexed = await indexedColumns(scene);
  must(
    indexed.length === 0,
    `orders has an index on ${indexed.join(" and ")} already: the story was played here before. Stop, run "npm run reset", and start again`,
  );
  const server = await scene.person.server();
  must(server.enabled, "PgMedic is not enabled on the server");
  must(server.activeIncidentIds.length === 0, `there is an open incident: ${server.activeIncidentIds.join(", ")}`);
  must(server.lock === null, `the run ${server.lock?.runId} holds the server`);
  const cpu = await calmCpu(scene);
  scene.tell(`${server.displayName} is registered and enabled; no active issue, nobody holds it, CPU ${percent(cpu)}`);
  return cpu;
}

/** Waits until the server has been calm for three seconds: a start leaves it busy for a moment. */
export function calmCpu(scene: Scene): Promise<number> {
  let last: number | null = null;
  const ask = async () => {
    last = await cpuOver(scene, 3);
    return last !== null && last < CALM_PERCENT ? last : null;
  };
  const what = () => `a calm server (CPU ${last === null ? "unknown" : percent(last)})`;
  return eventually(ask, { signal: scene.signal, withinMs: 40_000, everyMs: 500, what });
}

export type Hammered = { incident: IncidentDetail; since: Date };

/** Beat 2: the shop asks by a column without an index; CPU rises until the alert fires and opens an incident. */
export async function hammered(scene: Scene, column: Column): Promise<Hammered> {
  const { cloud, person, tell, signal } = scene;
  const known = new Set((await person.incidents()).map(({ incidentId }) => incidentId));
  const since = new Date();
  await cloud.workload("hammer", { column, clients: CLIENTS });
  tell(`${CLIENTS} clients ask for orders by ${column}, up to 10 times a second each`);
  const opened = async () => (await person.incidents()).find(({ incidentId }) => !known.has(incidentId));
  let cpu: number | null = null;
  const ask = async () => {
    cpu = await cpuOver(scene, 10);
    return opened();
  };
  const what = () =>
    `the alert (CPU over the last 10 s: ${cpu === null ? "unknown" : percent(cpu)}; the rule asks for more than 80 %)`;
  const { incidentId } = await eventually(ask, { signal, withinMs: 60_000, everyMs: 250, what });
  const incident = await person.incident(incidentId);
  const peak = Math.max(...(await cloud.cpuPercent(since, new Date())));
  must(peak > 80, `CPU reached only ${percent(peak)}`);
  const load = (await cloud.workload("status")).hammers.find((hammer) => hammer.column === column);
  if (load !== undefined)
    tell(`${count(load.recent.calls / 5)} calls/s of ${ms(load.recent.meanMs ?? 0)}, CPU up to ${percent(peak)}`);
  tellAlert(scene, incident);
  return { incident, since };
}

/** The endpoint takes only the common alert schema: what an incident holds of its alert was parsed by it. */
function tellAlert({ tell }: Scene, { alerts }: IncidentDetail): void {
  const [alert] = alerts;
  must(alert !== undefined, "the incident has no alert");
  must(ALERT_ID.test(alert.alertId), `the alert's id is not one of Azure Monitor's: ${alert.alertId}`);
  must(alert.metric === "cpu_percent", `the alert is about ${alert.metric ?? "nothing"}, not cpu_percent`);
  must(
    (alert.value ?? 0) > 80 && alert.threshold === 80,
    `the alert says ${alert.value}, threshold ${alert.threshold}`,
  );
  tell(`alert ${alert.rule} fired: cpu_percent ${alert.value?.toFixed(1)} > ${alert.threshold}, ${alert.severity}`);
}

/** Beat 3: the incident went out as a trigger message, and its run holds the server with a fencing token. */
export async function dispatched(scene: Scene, { incidentId, runId }: IncidentDetail): Promise<void> {
  const { person, signal, tell } = scene;
  const trigger = await untilSent(scene, "runs", `${runId}-trigger`);
  const lock = await eventually(async () => (await person.server()).lock, {
    signal,
    withinMs: 20_000,
    what: "the lock",
  });
  must(lock.incidentId === incidentId && lock.runId === runId, `${lock.runId} holds the server instead`);
  const { fencingToken } = await untilIncident(
    scene,
    incidentId,
    ({ fencingToken: token }) => token !== null,
    "the token",
  );
  must(fencingToken === lock.fencingToken, `the run has token ${fencingToken}, the lock ${lock.fencingToken}`);
  tell(`trigger message ${trigger.messageId} on the queue ${trigger.queue}`);
  tell(`the run holds the server with fencing token ${lock.fencingToken}, until ${lock.leaseUntil}`);
}

/** Beat 4: the cause is proven and one typed action proposed. */
export async function proposed(scene: Scene, id: string, column: Column): Promise<IncidentDetail> {
  const incident = await untilIncident(scene, id, ({ proposal: made }) => made !== null, "the proposal");
  const { diagnosis, proposal } = incident;
  must(diagnosis?.verdict === "cause" && diagnosis.cause === "missing_index", `no cause: ${diagnosis?.summary}`);
  must(proposal !== null, "there is no proposal");
  const expected = `CREATE INDEX CONCURRENTLY idx_orders_${column} ON public.orders(${column})`;
  must(proposal.statement === expected, `it proposes ${proposal.statement}`);
  const { whatIf, inverse } = proposal;
  must(whatIf !== null && whatIf.after < whatIf.before / 10, `the plan would cost ${whatIf?.after}`);
  scene.tell(diagnosis.summary);
  for (const { source, summary } of diagnosis.evidence) scene.tell(`  ${source}: ${summary}`);
  const { composite } = diagnosis.confidence;
  scene.tell(
    `proposed after ${ms(alertToProposalMs(incident))} from the alert, confidence ${composite}, ${diagnosis.severity}:`,
  );
  scene.tell(`  ${proposal.statement}`);
  scene.tell(`  undone by ${inverse?.statement}`);
  return incident;
}

/** From the moment at which the monitor found the rule violated until the proposal was made. */
export function alertToProposalMs({ alerts, proposal }: IncidentDetail): number {
  return Date.parse(proposal?.proposedAt ?? "") - Date.parse(alerts[0]?.firedAt ?? "");
}

/** Which of the demo's columns have a valid index, by PostgreSQL's own catalog. */
export async function indexedColumns({ cloud }: Pick<Scene, "cloud">): Promise<string[]> {
  const client = new pg.Client({ connectionString: cloud.shop(), application_name: "pgmedic-demo" });
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select attname as name from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
       where indrelid = 'orders'::regclass and indisvalid and attname in ('customer_id', 'product_id')`,
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

// `npm run bench:loop [-- <rounds>]`: how long from an alert to the proposal, and what that costs the watched server.
// Alerts are posted as Azure's action group would post them, so that no monitor's clock is in the figures.
import { cpus, loadavg, platform, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import { startLoad, type Work } from "../../infra/local/demo/load.ts";
import { AlertAnswer, type IncidentDetail } from "../../shared/contracts/api.ts";
import { isClosed } from "../../shared/contracts/incident.ts";
import { anAlert } from "../support/alerts.ts";
import { type Cloud, eventually, startCloud } from "../support/cloud.ts";

const TARGET_P50_MS = 3_000;
const STANDARD_ROUNDS = 20;
/** As the demo's hammer: ten pages a second for each client, unless the server is slower. */
const HAMMER = { clients: 4, paceMs: 100 };
/** The load is this old when the alert comes. */
const LOAD_MS = 5_000;
const POLL_MS = 50;

const upTo = (highest: number) => () => 1 + Math.floor(Math.random() * highest);
type Case = Work & { column: string };
/** Skipped in the end: they come again and again. */
const SKIPPED: readonly Case[] = [
  {
    column: "orders.customer_id",
    text: "select id, status, total from orders where customer_id = $1 order by created_at desc limit 20",
    parameter: upTo(100_000),
  },
  {
    column: "orders.product_id",
    text: "select count(*), sum(total) from orders where product_id = $1",
    parameter: upTo(50_000),
  },
  {
    column: "order_items.product_id",
    text: "select sum(quantity) from order_items where product_id = $1",
    parameter: upTo(50_000),
  },
];
/** Approved, and the index dropped again afterwards: the cooldown allows each of them once. */
const APPROVED: readonly Case[] = [
  {
    column: "orders.total",
    text: "select count(*) from orders where total = $1::int / 100.0",
    parameter: upTo(40_000),
  },
  {
    column: "orders.created_at",
    text: "select count(*) from orders where created_at = to_timestamp($1)",
    parameter: upTo(1_700_000_000),
  },
];
const APPROVE_EVERY = 10;

const Load = z.object({ statements: z.number(), serverMs: z.number(), buffers: z.number() });
/** Times in ms. `polledMs` is what a person sees; `documentsMs` is from the incident's opening to its proposal. */
type Round = z.infer<typeof Load> & {
  column: string;
  polledMs: number;
  documentsMs: number;
  investigationMs: number;
  basis: string;
  end: string;
};

async function main(rounds: number): Promise<boolean> {
  // The monitor stays silent: its minute lasts an hour.
  const cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000" });
  const database = new pg.Client({ connectionString: cloud.shop() });
  database.on("error", () => {});
  try {
    await database.connect();
    console.log(await machine(database));
    const done: Round[] = [];
    for (let number = 1; number <= rounds && !aborted.signal.aborted; number += 1) {
      const round = await play({ cloud, database }, number);
      console.log(`${String(number).padStart(3)}  ${inWords(round)}`);
      done.push(round);
    }
    return !aborted.signal.aborted && report(done);
  } finally {
    await database.end().catch(() => {});
    await cloud.stop();
  }
}

type Bench = { cloud: Cloud; database: pg.Client };

function caseOf(number: number): { chosen: Case; verdict: "approve" | "skip" } {
  const turn = number / APPROVE_EVERY - 1;
  const approved = Number.isInteger(turn) ? APPROVED[turn] : undefined;
  const chosen = approved ?? SKIPPED[number % SKIPPED.length];
  if (chosen === undefined) throw new Error(`there is no case for round ${number}`);
  return { chosen, verdict: approved === undefined ? "skip" : "approve" };
}

async function play({ cloud, database }: Bench, number: number): Promise<Round> {
  const { chosen, verdict } = caseOf(number);
  const load = startLoad(cloud.shop("shop_app"), chosen, HAMMER);
  try {
    await sleep(LOAD_MS);
    await forgetOwnStatements(database);
    const { incident, polledMs } = await proposed(cloud, number);
    const cost = await ownStatements(database);
    const { incidentId, proposal, diagnosis, openedAt } = incident;
    if (proposal === null || diagnosis === null) throw new Error(`${incidentId} waits without a proposal`);
    const { proposalId, hash: proposalHash, action } = proposal;
    await cloud.call("POST", `incidents/${incidentId}/decision`, { body: { proposalId, proposalHash, verdict } });
    const { state, resolution } = await until(cloud, incidentId, (current) => isClosed(current.state));
    if (verdict === "approve" && action.kind === "create_index")
      await database.query(`drop index ${action.parameters.name}`);
    return {
      ...cost,
      column: chosen.column,
      polledMs,
      documentsMs: Date.parse(proposal.proposedAt) - Date.parse(openedAt),
      investigationMs: diagnosis.durationMs,
      basis: diagnosis.interval.basis,
      end: resolution?.path ?? state,
    };
  } finally {
    await load.stop();
  }
}

/** Posts an alert and waits until its incident asks for approval. */
async function proposed(cloud: Cloud, number: number): Promise<{ incident: IncidentDetail; polledMs: number }> {
  const sentAt = performance.now();
  const answer = await cloud.postAlert(anAlert({ alertId: `bench-${number}`, target: cloud.resourceId }));
  const { incidentId, disposition } = AlertAnswer.parse(answer.body);
  if (incidentId === null || disposition !== "opened") {
    throw new Error(`round ${number}: the alert opened no incident of its own: ${JSON.stringify(answer.body)}`);
  }
  const incident = await until(cloud, incidentId, ({ state }) => state === "awaitingApproval");
  return { incident, polledMs: performance.now() - sentAt };
}

/** Waits for a state; an incident that ends before it came is a failure of the bench. */
function until(cloud: Cloud, id: string, wanted: (incident: IncidentDetail) => boolean): Promise<IncidentDetail> {
  let last: IncidentDetail | undefined;
  const story = () => last?.timeline.map(({ at, text }) => `\n  ${at} ${text}`).join("") ?? "";
  const ask = async () => {
    last = await cloud.incident(id);
    if (wanted(last)) return last;
    if (isClosed(last.state)) throw new Error(`the incident ended as ${last.state}:${story()}`);
    return null;
  };
  return eventually(ask, { withinMs: 120_000, everyMs: POLL_MS, what: () => `the next state of ${id}${story()}` });
}

/** For the investigator's role alone: a reset of everything would take the snapshots' counters away. */
const forgetOwnStatements = (database: pg.Client) =>
  database.query("select pg_stat_statements_reset(oid) from pg_roles where rolname = 'pgmedic_investigator'");

/** What PgMedic's own statements, which carry its mark, have cost since: investigation and proposal, not the building of indexes. */
async function ownStatements(database: pg.Client): Promise<z.infer<typeof Load>> {
  const { rows } = await database.query(
    `select coalesce(sum(calls), 0)::int as "statements", coalesce(sum(total_exec_time), 0)::float8 as "serverMs",
            coalesce(sum(shared_blks_hit + shared_blks_read), 0)::int as "buffers"
     from pg_stat_statements
     where toplevel and query like '%/* pgmedic:%' and userid = 'pgmedic_investigator'::regrole`,
  );
  return Load.parse(rows[0]);
}

async function machine(database: pg.Client): Promise<string> {
  const { rows } = await database.query<{ version: string }>("select current_setting('server_version') as version");
  const [first] = cpus();
  return (
    `${cpus().length} × ${first?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()}; ` +
    `Node ${process.versions.node}, PostgreSQL ${rows[0]?.version}; load average ${loadavg()
      .map((one) => one.toFixed(1))
      .join(" ")}\n`
  );
}

const ms = (value: number): string => `${Math.round(value).toLocaleString("en")} ms`;

function inWords(round: Round): string {
  return [
    round.column.padEnd(23),
    `proposal ${ms(round.polledMs)} (documents ${ms(round.documentsMs)})`.padEnd(42),
    `investigation ${ms(round.investigationMs)} by ${round.basis}`.padEnd(42),
    `${round.statements} statements, ${round.serverMs.toFixed(1)} ms, ${round.buffers} buffers`.padEnd(42),
    round.end,
  ].join(" ");
}

/** The value below or at which this share of the values lies (nearest rank). */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function report(rounds: readonly Round[]): boolean {
  const both = (of: (round: Round) => number): string => {
    const values = rounds.map(of);
    return `p50 ${ms(percentile(values, 0.5)).padStart(9)}   p95 ${ms(percentile(values, 0.95)).padStart(9)}`;
  };
  const median = (of: (round: Round) => number): number => percentile(rounds.map(of), 0.5);
  console.log(`\n${rounds.length} incidents`);
  console.log(`alert → proposal, from the POST to the answer of a poll   ${both(({ polledMs }) => polledMs)}`);
  console.log(`alert → proposal, by the times in the documents           ${both(({ documentsMs }) => documentsMs)}`);
  console.log(
    `investigation                                             ${both(({ investigationMs }) => investigationMs)}`,
  );
  console.log(
    `load on the server of one investigation with its proposal (medians): ${median(({ statements }) => statements)} statements, ` +
      `${median(({ serverMs }) => serverMs).toFixed(1)} ms, ${median(({ buffers }) => buffers).toLocaleString("en")} buffers of 8 KiB`,
  );
  const reached = median(({ polledMs }) => polledMs);
  const isMet = reached <= TARGET_P50_MS;
  console.log(
    `load average at the end ${loadavg()
      .map((one) => one.toFixed(1))
      .join(" ")}`,
  );
  console.log(`target: p50 at most ${ms(TARGET_P50_MS)}: ${isMet ? "met" : "missed"}`);
  return isMet;
}

const aborted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => aborted.abort());
const rounds = Number(process.argv[2] ?? STANDARD_ROUNDS);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 99) {
  console.error("usage: npm run bench:loop [-- <rounds, 1 to 99>]");
  process.exit(1);
}
process.exit((await main(rounds)) ? 0 : 1);

// The shop's application: a light healthy load always, and on command many calls that need an index that is missing.
//   POST /hammer {"column":"customer_id"|"product_id","clients":4}   POST /calm   GET /status
import { z } from "zod";
import { type JsonAnswer, type JsonRequest, startJsonServer } from "../json-server.ts";
import type { Running } from "../process-entry.ts";
import { type Load, startLoad, type Work } from "./load.ts";

const ORDERS = 2_000_000;
const CUSTOMERS = 100_000;
const PRODUCTS = 50_000;
const upTo = (highest: number) => () => 1 + Math.floor(Math.random() * highest);

const BASELINE: readonly Work[] = [
  { text: "select id, customer_id, status, total, created_at from orders where id = $1", parameter: upTo(ORDERS) },
  { text: "select id, name, email, country from customers where id = $1", parameter: upTo(CUSTOMERS) },
  { text: "select id, name, price from products where id = $1", parameter: upTo(PRODUCTS) },
];
const BASELINE_PACE_MS = 500;

const HAMMERS = {
  customer_id: {
    text: "select id, status, total, created_at from orders where customer_id = $1 order by created_at desc limit 20",
    parameter: upTo(CUSTOMERS),
  },
  product_id: {
    text: "select count(*) as orders, sum(total) as revenue from orders where product_id = $1",
    parameter: upTo(PRODUCTS),
  },
} satisfies Record<string, Work>;
// Ten pages a second for each client: far too much without an index, a trifle with one.
const HAMMER_PACE_MS = 100;

const Hammer = z.strictObject({
  column: z.enum(["customer_id", "product_id"]),
  clients: z.number().int().min(1).max(32).default(4),
});
type Column = z.infer<typeof Hammer>["column"];

/** Starts the application against the shop; `shopUrl` signs in as its own role. */
export async function startWorkload(options: { port: number; shopUrl: string }): Promise<Running> {
  const baseline = BASELINE.map((work) => startLoad(options.shopUrl, work, { clients: 1, paceMs: BASELINE_PACE_MS }));
  const hammers = new Map<Column, { clients: number; load: Load }>();

  const calm = async () => {
    const loads = [...hammers.values()];
    hammers.clear();
    await Promise.all(loads.map(({ load }) => load.stop()));
  };
  const status = () => ({
    baseline: baseline.map((load) => load.figures()),
    hammers: [...hammers].map(([column, { clients, load }]) => ({ column, clients, ...load.figures() })),
  });
  const answer = async ({ method, url, body }: JsonRequest): Promise<JsonAnswer> => {
    switch (`${method} ${url.pathname}`) {
      case "POST /hammer": {
        const { column, clients } = Hammer.parse(body);
        const running = hammers.get(column);
        const pace = { clients, paceMs: HAMMER_PACE_MS };
        hammers.set(column, { clients, load: startLoad(options.shopUrl, HAMMERS[column], pace) });
        await running?.load.stop();
        return { status: 200, body: status() };
      }
      case "POST /calm":
        await calm();
        return { status: 200, body: status() };
      case "GET /status":
        return { status: 200, body: status() };
      default:
        return { status: 404, body: { error: "POST /hammer, POST /calm or GET /status" } };
    }
  };
  const stopLoads = async () => {
    await Promise.all([calm(), ...baseline.map((load) => load.stop())]);
  };
  try {
    const server = await startJsonServer({ port: options.port, setting: "PGMEDIC_WORKLOAD_PORT" }, answer);
    return {
      port: server.port,
      stop: async () => {
        await server.stop();
        await stopLoads();
      },
    };
  } catch (error) {
    await stopLoads();
    throw error;
  }
}

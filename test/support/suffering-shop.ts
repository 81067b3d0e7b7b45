// The shop of the local cloud under a query that lacks an index, with the alert that follows from it and a person who decides.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Load, startLoad, type Work } from "../../infra/local/demo/load.ts";
import { AlertAnswer, type IncidentDetail } from "../../shared/contracts/api.ts";
import { anAlert } from "./alerts.ts";
import { type Cloud, untilState } from "./cloud.ts";

const upTo = (highest: number) => () => 1 + Math.floor(Math.random() * highest);
export const BY_CUSTOMER: Work = {
  text: "select id, total from orders where customer_id = $1",
  parameter: upTo(100_000),
};
export const BY_PRODUCT: Work = {
  text: "select count(*) from orders where product_id = $1",
  parameter: upTo(50_000),
};
export const BY_TOTAL: Work = {
  text: "select count(*) from orders where total = $1",
  parameter: () => 5 + Math.random() * 400,
};
export const BY_DATE: Work = {
  text: "select count(*) from orders where created_at = to_timestamp($1)",
  parameter: upTo(1_700_000_000),
};

const DECIDABLE = ["awaitingApproval", "resolved", "dismissed", "handedOff", "failed"] as const;

export function sufferingShop(cloud: () => Cloud) {
  let load: Load | undefined;
  let alerts = 0;
  const calm = async (): Promise<void> => {
    await load?.stop();
    load = undefined;
  };
  return {
    calm,
    /** Lets the shop run a query again and again, then fires an alert; answers the incident once it waits or is closed. */
    hit: async (work: Work): Promise<IncidentDetail> => {
      load = startLoad(cloud().shop("shop_app"), work, { clients: 3, paceMs: 50 });
      await sleep(3_500);
      alerts += 1;
      const answer = await cloud().postAlert(anAlert({ alertId: `hit-${alerts}`, target: cloud().resourceId }));
      const { incidentId } = AlertAnswer.parse(answer.body);
      if (incidentId === null) throw new Error(`the alert opened nothing: ${JSON.stringify(answer.body)}`);
      return untilState(cloud(), incidentId, DECIDABLE);
    },
    decide: ({ incidentId, proposal }: IncidentDetail, verdict: "approve" | "skip", change: object = {}) =>
      cloud().call("POST", `incidents/${incidentId}/decision`, {
        body: { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict, ...change },
      }),
    /** Lets the application's role plan with or without indexes, from its next session on, which is at once. */
    planIndexes: async (indexes: "on" | "off"): Promise<void> => {
      const client = new pg.Client({ connectionString: cloud().shop() });
      await client.connect();
      for (const kind of ["indexscan", "indexonlyscan", "bitmapscan"])
        await client.query(`alter role shop_app set enable_${kind} = ${indexes}`);
      await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shop_app'");
      await client.end();
    },
  };
}

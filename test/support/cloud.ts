// The whole local cloud for a test: real PostgreSQL, Cosmos DB, Service Bus, Functions host, front and monitor, on free ports.
import type { z } from "zod";
import { type Answer, type Call as ApiCall, callApi, forwarded, nobody } from "../../infra/local/api-client.ts";
import { accessTo } from "../../infra/local/cloud-access.ts";
import { eventually } from "../../infra/local/eventually.ts";
import { startTemporaryCloud } from "../../infra/local/supervisor/temporary-cloud.ts";
import { IncidentDetail, IncidentList, type Role } from "../../shared/contracts/api.ts";

export { eventually } from "../../infra/local/eventually.ts";

export type Cloud = Awaited<ReturnType<typeof startCloud>>;
export type Call = ApiCall & { as?: readonly Role[] };

/** A shop whose table is still worth an index, and whose index is built in a moment. */
export const SMALL_SHOP = { PGMEDIC_SHOP_ORDERS: "300000" };

/** Starts everything; call `stop` at the end. `environment` overrides settings of the local cloud. */
export async function startCloud(environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const cloud = await startTemporaryCloud({
    environment,
    log: (line) => lines.push(line),
    signal: new AbortController().signal,
  });
  const access = accessTo(cloud.settings);
  const { host, secrets } = access;

  /** A call of the API as the front forwards it for a signed-in person; with no roles as nobody. */
  const call = (method: string, path: string, { as = ["operator"], ...rest }: Call = {}): Promise<Answer> => {
    const caller = as.length > 0 ? forwarded(host, secrets.frontProof, { name: "Ann", roles: as }) : nobody(host);
    return callApi(caller, method, path, rest);
  };
  const incident = async (id: string): Promise<IncidentDetail> =>
    IncidentDetail.parse((await call("GET", `incidents/${id}`)).body);

  return {
    ...access,
    lines,
    call,
    /** The headers of a signed-in person, for a call whose answer is no JSON. */
    headersOf: (roles: readonly Role[]) => ({ ...forwarded(host, secrets.frontProof, { name: "Ann", roles }).headers }),
    incident,
    incidents: async () => IncidentList.parse((await call("GET", "incidents")).body).incidents,
    postAlert: (body: unknown): Promise<Answer> => call("POST", "alerts", { as: [], body }),
    stop: cloud.stop,
  };
}

/** Waits until an incident is in one of these states. */
export const untilState = (
  cloud: Cloud,
  id: string,
  states: readonly z.infer<typeof IncidentDetail>["state"][],
): Promise<IncidentDetail> =>
  eventually(
    async () => {
      const incident = await cloud.incident(id);
      return states.includes(incident.state) ? incident : null;
    },
    { withinMs: 120_000, what: `${id} ${states.join(" or ")}` },
  );

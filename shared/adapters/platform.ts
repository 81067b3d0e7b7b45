import { managementToken } from "./identity.ts";

const API_VERSION = "2025-08-01";
const TIMEOUT_MS = 60_000;

export type Platform = ReturnType<typeof platformOf>;
export type ParameterChange = { resourceId: string; name: string; value: string };
type Answer = { outcome: "done" } | { outcome: "running" } | { outcome: "failed"; because: string };

/** Azure Resource Manager, for what the managed service does not let SQL do. Without an endpoint it answers a failure. */
export function platformOf(endpoint: string | undefined) {
  return {
    /** Sets a server parameter, in the parameter's own unit. A long-running change goes on after the answer. */
    setServerParameter: async ({ resourceId, name, value }: ParameterChange): Promise<Answer> => {
      if (endpoint === undefined)
        return {
          outcome: "failed",
          because: "no endpoint of Azure Resource Manager is set: change the parameter by hand",
        };
      const url = new URL(`${resourceId}/configurations/${name}`.replace(/^\/+/, "/"), endpoint);
      url.searchParams.set("api-version", API_VERSION);
      const authorization: Record<string, string> =
        url.protocol === "https:" ? { authorization: `Bearer ${await managementToken()}` } : {};
      const response = await fetch(url, {
        method: "PUT",
        headers: { "content-type": "application/json", ...authorization },
        body: JSON.stringify({ properties: { value, source: "user-override" } }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status === 202) return { outcome: "running" };
      if (response.ok) return { outcome: "done" };
      return {
        outcome: "failed",
        because: `Azure answered ${response.status}: ${(await response.text()).slice(0, 300)}`,
      };
    },
  };
}

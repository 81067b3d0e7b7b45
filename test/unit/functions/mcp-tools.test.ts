import { expect, test } from "vitest";
import { TOOLS } from "../../../functions/api/mcp-tools.ts";
import { ENDPOINTS } from "../../../functions/zones/api.ts";

const endpointOf = (handler: unknown) => Object.values(ENDPOINTS).find(([, , , known]) => known === handler);

test("each tool is an endpoint of the API under another name, for people of the same role", () => {
  for (const { name, role, handler } of TOOLS) expect(endpointOf(handler)?.[2], name).toBe(role);
});

test("no tool decides, opens, edits or allows anything: of what is posted, they ask only for looks", () => {
  const posted = TOOLS.filter(({ handler }) => endpointOf(handler)?.[0] !== "GET").map(({ name }) => name);
  expect(posted).toEqual(["run_diagnostic", "check_server", "report_on_server", "triage_logs"]);
});

import { readFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import { postgresOf, type Session } from "../../shared/adapters/postgres.ts";
import type { Limits } from "../../shared/advisor/advice.ts";
import { OF_A_PERSON, OF_AN_INVESTIGATION } from "../../shared/advisor/choose-index.ts";
import type { CloneTurns } from "../../shared/advisor/clone-turns.ts";
import { GATEWAY } from "../../shared/catalogue/gateway.ts";
import { type Asked, countedWorkload } from "../../shared/investigation/advise-workload.ts";
import { askGateway } from "../../shared/investigation/ask-gateway.ts";
import { checkServer } from "../../shared/investigation/check-server.ts";
import { openLog } from "../../shared/logs/sources.ts";
import { triageLogs } from "../../shared/logs/triage.ts";
import { reportOn } from "../../shared/proposal/server-report.ts";
import { ARE_DATA, READS_ONLY, toolAnswer } from "../tool-answer.ts";
import { adviceAsJson } from "./advice-text.ts";
import { adviseFor } from "./advise.ts";
import type { McpArguments } from "./arguments.ts";
import { diagnosed } from "./diagnose.ts";
import { type Outcome, serverOf } from "./outcome.ts";
import { plannerOfCommand } from "./planner.ts";

const MOST_FINDINGS = 20;
const OF_AN_AGENT: Limits = {
  ...OF_A_PERSON,
  mostIndexes: 20,
  budgetBytes: 2 ** 30,
  insertSlowdown: Number.POSITIVE_INFINITY,
  weighBy: "time",
};
const INSTRUCTIONS = `PgMedic looks at one PostgreSQL server. Every tool reads only, and none takes SQL to run on the server. Begin with
"diagnose". ${ARE_DATA}`;

const { version } = z
  .looseObject({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")));

/** `pgmedic mcp`: serves the read-only tools over standard input and output, until the client closes its end. */
export async function mcp(given: McpArguments): Promise<Outcome> {
  const server = new McpServer({ name: "pgmedic", version }, { instructions: INSTRUCTIONS });
  const clones = plannerOfCommand();
  // The first look should not wait for the clone to be made.
  clones.ready();
  addLooks(server, given, clones);
  addDiagnostics(server, given);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await clones.close();
  // Standard output belongs to the protocol.
  return { text: "", exitCode: 0 };
}

/** The tools that look at the whole server. */
function addLooks(server: McpServer, given: McpArguments, clones: CloneTurns): void {
  const watched = serverOf(given);
  const read = (session: Session): Promise<Asked> => countedWorkload(session, watched);
  const advised = (limits: Limits) => adviseFor(clones, { url: given.server, limits, read });
  const add = addingTo(server);
  const inputSchema = z.object({ playbook: z.string().max(40).optional().describe("such as investigateHighCPU") });
  const description =
    "What is wrong right now: the proven cause or that there is none, the evidence for and against, what was put aside, and the one action that would be proposed. Takes about five seconds.";
  server.registerTool("diagnose", { description, inputSchema, annotations: READS_ONLY }, ({ playbook }) =>
    answered(() => diagnosed(clones, { ...given, playbook })),
  );
  add("check_server", "What PgMedic lacks on the server, with the SQL that mends it.", () =>
    checkServer(
      postgresOf(() => given.server),
      watched,
      new Date(),
    ),
  );
  add("report", "What the statements counted so far would gain from, and what developers should change.", async () =>
    reportOn(await advised(OF_AN_INVESTIGATION), watched, new Date()),
  );
  add(
    "advise_indexes",
    "The set of indexes that the whole workload would gain from, tried in a copy of the planner.",
    async () => adviceAsJson(await advised(OF_AN_AGENT)),
  );
  if (given.log.length > 0)
    add("triage_logs", "What the server's log files come to, the worst first.", async () =>
      triageLogs(await Promise.all(given.log.map((file) => openLog(file))), { most: MOST_FINDINGS }),
    );
}

/** The bounded diagnostics, by name. */
function addDiagnostics(server: McpServer, given: McpArguments): void {
  const known = [...GATEWAY.values()].map(({ actionId, title, risk, parameters }) => ({
    actionId,
    title,
    risk,
    parameters,
  }));
  addingTo(server)("list_diagnostics", "Every bounded diagnostic by its name, with the parameters that it takes.", () =>
    Promise.resolve(known),
  );
  const inputSchema = z.object({
    actionId: z.enum([...GATEWAY.keys()]),
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  });
  const description =
    "Runs one bounded diagnostic by its name. One that reads the tables themselves is refused unless the server is clear.";
  server.registerTool("run_diagnostic", { description, inputSchema, annotations: READS_ONLY }, (asked) =>
    answered(() =>
      askGateway(
        postgresOf(() => given.server),
        serverOf(given),
        asked,
      ),
    ),
  );
}

type Work = () => Promise<unknown>;

/** Adds tools that take nothing. */
const addingTo =
  (server: McpServer) =>
  (name: string, description: string, work: Work): void => {
    server.registerTool(name, { description, annotations: READS_ONLY }, () => answered(work));
  };

async function answered(work: Work) {
  try {
    const value = await work();
    return toolAnswer(typeof value === "string" ? value : JSON.stringify(value, null, 1));
  } catch (failure) {
    return toolAnswer(failure instanceof Error ? failure.message : String(failure), true);
  }
}

import type { Session } from "../../shared/adapters/postgres.ts";
import { OF_AN_INVESTIGATION } from "../../shared/advisor/choose-index.ts";
import type { ServerReport } from "../../shared/contracts/server-report.ts";
import { type Asked, countedWorkload } from "../../shared/investigation/advise-workload.ts";
import { reportOn } from "../../shared/proposal/server-report.ts";
import { adviseFor } from "./advise.ts";
import { developerLines, megabytes, oneLine, percent, section } from "./advice-text.ts";
import type { ReportArguments } from "./arguments.ts";
import { type Outcome, serverOf } from "./outcome.ts";
import { withPlanner } from "./planner.ts";

type Report = Extract<ServerReport, { outcome: "made" }>;

/** `pgmedic report`: what PgMedic would have proposed from what the server has counted so far, and what it would have refused. */
export async function report(given: ReportArguments): Promise<Outcome> {
  const server = serverOf(given);
  const read = (session: Session): Promise<Asked> => countedWorkload(session, server);
  const advised = await withPlanner((clones) =>
    adviseFor(clones, { url: given.server, limits: OF_AN_INVESTIGATION, read }),
  );
  const made = reportOn(advised, server, new Date());
  return { text: given.json ? JSON.stringify(made, null, 2) : asText(made), exitCode: 0 };
}

function asText({ statements, countedMs, share, proposed, forDevelopers, refused, unplanned }: Report): string {
  const seconds = Math.round(countedMs / 1_000).toLocaleString("en");
  const lines = proposed.flatMap((one) => [
    `${one.statements.join("; ")};`,
    `    ${one.cause.replaceAll("_", " ")} · ${megabytes(one.bytes)} · saves ${percent(one.savedShare)} of the statement time`,
    ...one.queries.map((query) => `    ${oneLine(query)}`),
  ]);
  return [
    `Looked at ${statements} statements that took ${percent(share)} of the ${seconds} s of statement time counted so far.`,
    ...section("Would have been proposed, each to be approved first", lines.length > 0 ? lines : ["nothing"]),
    ...section("Would have been handed to the developers", developerLines(forDevelopers)),
    ...section(
      "Would have been refused",
      refused.map(({ what, because }) => `${what}: ${because}`),
    ),
    ...section(
      "Could not be planned",
      unplanned.map(({ what, because }) => `${what}: ${because}`),
    ),
    "",
    "Nothing was changed.",
  ].join("\n");
}

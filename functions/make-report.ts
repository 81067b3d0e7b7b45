import { OF_AN_INVESTIGATION } from "../shared/advisor/choose-index.ts";
import type { Server } from "../shared/contracts/server.ts";
import type { ServerReport } from "../shared/contracts/server-report.ts";
import { adviseWorkload, countedWorkload } from "../shared/investigation/advise-workload.ts";
import { reportOn } from "../shared/proposal/server-report.ts";
import { watchedServers, withPlannerClone } from "./database.ts";
import { services } from "./services.ts";

/** What PgMedic would have proposed and refused on a server so far: reads counters and catalog, plans in the clone, changes nothing. */
export async function makeReport(server: Server): Promise<ServerReport> {
  const { now } = services();
  try {
    const purpose = { server, applicationName: "pgmedic/report" };
    const asked = await watchedServers().asInvestigator(purpose, (session) => countedWorkload(session, server));
    const advised = await withPlannerClone((clone) => adviseWorkload(clone, asked, OF_AN_INVESTIGATION));
    return reportOn(advised, server, now());
  } catch (failure) {
    const because = failure instanceof Error ? failure.message : String(failure);
    return { outcome: "failed", serverId: server.serverId, madeAt: now().toISOString(), because };
  }
}

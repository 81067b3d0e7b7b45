// The short way: the investigation and the proposal in this process, without queues, host and documents.
import { playbooksOf } from "../../../shared/adapters/playbooks.ts";
import { postgresOf } from "../../../shared/adapters/postgres.ts";
import { startPlannerClone } from "../../../shared/advisor/clone-thread.ts";
import type { Server as WatchedServer, ServerRegistration } from "../../../shared/contracts/server.ts";
import type { Snapshot } from "../../../shared/contracts/snapshot.ts";
import { choosePlaybook } from "../../../shared/core/playbook-choice.ts";
import { look } from "../../../shared/execution/look.ts";
import { investigate, type Investigation } from "../../../shared/investigation/investigate.ts";
import { readServerFacts, takeSnapshot } from "../../../shared/investigation/take-snapshot.ts";
import { buildProposal } from "../../../shared/proposal/build-proposal.ts";
import { temporaryFolder } from "../../support/process.ts";
import { EXECUTOR, INVESTIGATOR, PASSWORD, PASSWORD_SETTING } from "./arena.ts";
import type { Answer, Path, Subject } from "./path.ts";

const NOT_IN_AZURE = () => Promise.resolve(null);
const EXPIRES_IN_MS = 3_600_000;

/** How the scenario's server is registered. */
export const registrationOf = ({ name, scenario, server, database }: Subject): ServerRegistration => ({
  displayName: name,
  resourceId: `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/scenarios/providers/Microsoft.DBforPostgreSQL/flexibleServers/${database}`,
  environment: "production",
  tier: "standard",
  enabled: true,
  vCores: scenario.vCores ?? 1,
  mayScale: false,
  detection: true,
  schemas: ["public"],
  connection: {
    kind: "roles",
    host: "127.0.0.1",
    port: server.port,
    database,
    tls: "off",
    investigator: { kind: "password", user: INVESTIGATOR, passwordSetting: PASSWORD_SETTING },
    executor: { kind: "password", user: EXECUTOR, passwordSetting: PASSWORD_SETTING },
  },
});

/** A path with a planner clone of its own, which is warm when it answers; `close` ends it. */
export async function directPath(): Promise<Path> {
  const folder = temporaryFolder();
  const postgres = postgresOf(() => PASSWORD);
  const playbooks = playbooksOf(undefined);
  const readings = new Map<string, Snapshot[]>();
  let clone = startPlannerClone(folder.path);
  await clone.plan("select 1");

  const watched = (subject: Subject): WatchedServer => ({
    ...registrationOf(subject),
    serverId: subject.name,
    registeredAt: new Date().toISOString(),
  });

  const diagnose = (subject: Subject): Promise<Investigation> => {
    const server = watched(subject);
    const { metric, value, rule = "" } = subject.scenario.alert;
    const playbook = choosePlaybook(playbooks, { metric, rule });
    if (playbook === null) throw new Error("there is no general playbook");
    return postgres.asInvestigator({ server, applicationName: "pgmedic/scenario" }, (session) =>
      investigate(session, {
        incidentId: "inc",
        server,
        alertSeverity: "Sev2",
        complaint: { symptom: playbook.symptom, metric, value, threshold: null },
        playbook,
        earlierSnapshots: (readings.get(subject.name) ?? []).toReversed(),
        memories: [],
        withClone: (work) => work(clone),
        cpuPercent: () => Promise.resolve(null),
        readResource: NOT_IN_AZURE,
      }),
    );
  };

  const ask = async (subject: Subject): Promise<Answer> => {
    const startedAt = performance.now();
    const { diagnosis, remedy } = await diagnose(subject).catch(async (failure: unknown) => {
      await clone.close().catch(() => {});
      clone = startPlannerClone(folder.path);
      throw failure;
    });
    if (remedy === null) return { diagnosis, proposal: null, refusal: null, ms: performance.now() - startedAt };
    const server = watched(subject);
    const seen = await postgres.asInvestigator({ server, applicationName: "pgmedic/scenario" }, (session) =>
      look(session, server, remedy.action, {
        application: "pgmedic/scenario",
        stamp: null,
        readResource: NOT_IN_AZURE,
      }),
    );
    const request = { remedy, look: seen, runId: "run", round: 1, evidenceIds: [], expiresInMs: EXPIRES_IN_MS };
    const unmet = seen.preconditions.filter(({ holds }) => !holds);
    return {
      diagnosis,
      proposal: buildProposal(request, new Date()),
      refusal: unmet.length === 0 ? null : unmet.map(({ label, observed }) => `${label} (${observed})`).join("; "),
      ms: performance.now() - startedAt,
    };
  };

  return {
    register: () => Promise.resolve(),
    takeReading: async (subject) => {
      const server = watched(subject);
      const reading = await postgres.asInvestigator({ server, applicationName: "pgmedic/scenario" }, async (session) =>
        takeSnapshot(session, server, await readServerFacts(session)),
      );
      readings.set(subject.name, [...(readings.get(subject.name) ?? []), reading]);
    },
    ask,
    heal: null,
    forget: ({ name }) => {
      readings.delete(name);
      return Promise.resolve();
    },
    close: async () => {
      await clone.close().catch(() => {});
      folder.remove();
    },
  };
}

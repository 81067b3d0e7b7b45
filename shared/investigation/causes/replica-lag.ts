import { MEGABYTE } from "./bytes.ts";
import { type CauseRules, type Suspicion, megabytes, point, seconds } from "./suspicion.ts";

const LAG_SECONDS = 10;

const LAG_BYTES = 256 * MEGABYTE;

/** A replica is behind. */
export const replicaLag: CauseRules = {
  cause: "replica_lag",
  explains: ["replication", "any"],
  weigh: (seen) =>
    seen.replicas
      .filter(
        ({ replay_seconds: behind, lag_bytes: bytes }) => (behind ?? 0) >= LAG_SECONDS || (bytes ?? 0) >= LAG_BYTES,
      )
      .map(({ application, replay_seconds: behind, lag_bytes: bytes, state }): Suspicion => ({
        proven: true,
        cause: "replica_lag",
        subject: `replica ${application}`,
        statement: `The replica ${application} is ${seconds(behind)} and ${megabytes(bytes ?? 0)} behind.`,
        impact: 0.8,
        for: [
          point("pg_stat_replication", `${application} is ${state ?? "unknown"}, ${megabytes(bytes ?? 0)} behind.`, {
            lagBytes: bytes,
            lagSeconds: behind,
          }),
        ],
        against: [],
        mending: null,
        recommendation: `Look on ${application} for a long query that conflicts with replay, and for its disk; spread what writes most here (${megabytes(seen.interval.database?.walBytes ?? 0)} of log in ${seconds(seen.interval.seconds)}).`,
      })),
};

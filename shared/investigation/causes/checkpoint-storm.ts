import { settingOf } from "../observed.ts";
import { MEGABYTE } from "./bytes.ts";
import { type CauseRules, megabytes, point, seconds } from "./suspicion.ts";

const LEAST_REQUESTED = 2;

/** A checkpoint that was asked for because the log was full comes after a good part of max_wal_size (PostgreSQL documentation, 30.5). */
const WAL_SHARE = 0.2;

const LARGEST_WAL_MB = 32_768;
/** A setting that decides on disk and recovery time is raised by steps: the next alert sees what the last one brought. */
const MOST_AT_ONCE = 8;

/** Checkpoints come because the write-ahead log is full, not because it is time. */
export const checkpointStorm: CauseRules = {
  cause: "checkpoint_storm",
  explains: ["io", "latency", "cpu", "storage", "any"],
  weigh: (seen) => {
    const { database, seconds: length } = seen.interval;
    const sizeMb = settingOf(seen, "max_wal_size");
    if (database === null || sizeMb === null || database.requestedCheckpoints < LEAST_REQUESTED) return [];
    const written = database.walBytes ?? 0;
    const perCheckpoint = written / database.requestedCheckpoints;
    const isByLog = perCheckpoint >= sizeMb * MEGABYTE * WAL_SHARE;
    if (!isByLog || database.requestedCheckpoints <= database.timedCheckpoints)
      return [
        {
          proven: false,
          cause: "checkpoint_storm",
          subject: "server parameter max_wal_size",
          because: "the checkpoints were asked for by commands, not by a full log",
          for: [],
          against: [],
        },
      ];
    const timeout = settingOf(seen, "checkpoint_timeout") ?? 300;
    const needed = ((written / Math.max(length, 1)) * timeout * 2) / MEGABYTE;
    const value = Math.min(
      LARGEST_WAL_MB,
      2 ** Math.ceil(Math.log2(Math.max(Math.min(needed, sizeMb * MOST_AT_ONCE), sizeMb * 2))),
    );
    return [
      {
        proven: true,
        cause: "checkpoint_storm",
        subject: "server parameter max_wal_size",
        statement: `${database.requestedCheckpoints} checkpoints in ${seconds(length)} came because the log was full: ${megabytes(written)} of it against a max_wal_size of ${sizeMb} MB.`,
        impact: 0.6,
        for: [
          point(
            "pg_stat_checkpointer",
            `${database.requestedCheckpoints} requested, ${database.timedCheckpoints} timed.`,
            { requested: database.requestedCheckpoints, timed: database.timedCheckpoints },
          ),
          point(
            "pg_settings",
            `max_wal_size is ${sizeMb} MB, checkpoint_timeout ${timeout} s; ${megabytes(written)} of log were written.`,
            { maxWalSizeMb: sizeMb, walBytes: written },
          ),
        ],
        against: [],
        mending: {
          action: {
            kind: "set_server_parameter",
            parameters: { name: "max_wal_size", value: String(value), oldValue: String(sizeMb) },
          },
          judgedBy: {
            basis: "measure",
            measure: { name: "requested_checkpoints" },
            from: Math.round((database.requestedCheckpoints / Math.max(length, 1)) * 3_600),
            goal: 2,
            direction: "falls",
          },
          note: `The log may take up to ${value} MB of disk, and recovery after a crash takes longer.`,
        },
        recommendation: `Set max_wal_size to ${value} MB.`,
      },
    ];
  },
};

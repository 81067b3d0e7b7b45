// Words and colours of the closed sets in the contracts.
import type { ResolutionPath, VerificationVerdict } from "../../shared/contracts/outcome.ts";
import type { IncidentState, TimelineEntry } from "../../shared/contracts/incident.ts";
import type { Area, AutomationLevel } from "../../shared/contracts/automation.ts";
import type { CriterionId, Phase } from "../../shared/contracts/autonomy.ts";
import type { PastOutcome } from "../../shared/contracts/memory.ts";
import type { Severity } from "../../shared/contracts/primitives.ts";
import type { ActionKind, RiskClass } from "../../shared/contracts/taxonomy.ts";
import type { z } from "zod";

/** What a colour means, everywhere: busy = PgMedic works, waiting = a person is asked, auto = done with no person. */
export type Tone = "neutral" | "good" | "waiting" | "busy" | "bad" | "auto";
export type Label = { text: string; tone: Tone };

export const STATES: Record<IncidentState, Label> = {
  received: { text: "Received", tone: "busy" },
  dispatched: { text: "Queued", tone: "busy" },
  investigating: { text: "Investigating", tone: "busy" },
  awaitingApproval: { text: "Needs approval", tone: "waiting" },
  executing: { text: "Executing", tone: "busy" },
  verifying: { text: "Verifying", tone: "busy" },
  resolved: { text: "Resolved", tone: "good" },
  handedOff: { text: "Handed off", tone: "waiting" },
  dismissed: { text: "Dismissed", tone: "neutral" },
  failed: { text: "Failed", tone: "bad" },
  rolledBack: { text: "Rolled back", tone: "bad" },
  expired: { text: "Expired", tone: "neutral" },
};

export const PATHS: Record<ResolutionPath, Label> = {
  humanApproved: { text: "Human approved", tone: "good" },
  autonomous: { text: "Autonomous", tone: "auto" },
  handedOff: { text: "Handed off", tone: "waiting" },
  noAction: { text: "No action needed", tone: "neutral" },
  selfResolved: { text: "Resolved by itself", tone: "neutral" },
  skipped: { text: "Skipped", tone: "neutral" },
  expired: { text: "Expired", tone: "neutral" },
  failed: { text: "Failed", tone: "bad" },
  rolledBack: { text: "Rolled back", tone: "bad" },
};

export const SEVERITIES: Record<Severity, Label> = {
  Sev0: { text: "Sev 0", tone: "bad" },
  Sev1: { text: "Sev 1", tone: "bad" },
  Sev2: { text: "Sev 2", tone: "waiting" },
  Sev3: { text: "Sev 3", tone: "neutral" },
  Sev4: { text: "Sev 4", tone: "neutral" },
};

export const RISKS: Record<RiskClass, { text: string; means: string }> = {
  R0: { text: "R0", means: "no risk" },
  R1: { text: "R1", means: "reversible, no lock to speak of" },
  R2: { text: "R2", means: "reversible, load or a short lock" },
  R3: { text: "R3", means: "always needs a person" },
  R4: { text: "R4", means: "advice only" },
};

export const VERDICTS: Record<z.infer<typeof VerificationVerdict>, Label> = {
  improved: { text: "Improved", tone: "good" },
  no_effect: { text: "No effect", tone: "waiting" },
  regressed: { text: "Regressed", tone: "bad" },
  inconclusive: { text: "Inconclusive", tone: "neutral" },
};

export const OUTCOMES: Record<PastOutcome, Label> = {
  helped: { text: "Helped", tone: "good" },
  failed: { text: "Did not help", tone: "bad" },
  takenBack: { text: "Taken back", tone: "bad" },
  unproven: { text: "Not proven", tone: "neutral" },
  notDone: { text: "Not done", tone: "neutral" },
  notNeeded: { text: "Not needed", tone: "neutral" },
};

export const ACTIONS: Record<ActionKind, string> = {
  create_index: "Create an index",
  drop_index: "Drop an index",
  restore_index: "Make an index again",
  reindex_index: "Rebuild an index",
  analyze_table: "Analyse a table",
  create_statistics: "Create extended statistics",
  drop_statistics: "Drop extended statistics",
  set_column_statistics: "Change a statistics target",
  vacuum_table: "Vacuum a table",
  vacuum_freeze: "Freeze a table",
  set_table_autovacuum: "Change a table's autovacuum",
  set_table_fillfactor: "Change a table's fillfactor",
  terminate_backend: "End a session",
  cancel_backend: "Cancel a statement",
  rollback_prepared: "Roll back a prepared transaction",
  drop_replication_slot: "Drop a replication slot",
  set_role_setting: "Change a setting of a role",
  set_role_connection_limit: "Limit a role's connections",
  set_server_parameter: "Change a server parameter",
  scale_compute: "Change the compute size",
  grow_storage: "Grow the storage",
};

export const AREAS: Record<Area, string> = {
  indexes: "Indexes",
  statistics: "Statistics",
  vacuum: "Vacuum",
  sessions: "Sessions",
  connections: "Connections",
  replication: "Replication",
  configuration: "Configuration",
  capacity: "Capacity",
};

export const LEVELS: Record<AutomationLevel, string> = {
  0: "watches",
  1: "advises",
  2: "asks each time",
  3: "asks, or follows an instruction",
  4: "acts alone where earned",
  5: "as 4, and ahead of alerts where earned",
};

export const PHASES: Record<Phase, { text: string; means: string }> = {
  shadow: { text: "Shadow", means: "Records what it would do, and does nothing." },
  assist: { text: "Assist", means: "Acts when a person agrees, now or by a standing instruction." },
  autonomous: {
    text: "Autonomous",
    means: "Acts alone on reversible actions at Sev 3–4, where a level of 4 allows it.",
  },
  predictive: {
    text: "Predictive",
    means: "Does so ahead of alerts as well, where a level of 5 allows it.",
  },
};

export const CRITERIA: Record<
  CriterionId,
  { text: string; unit: "share" | "count" | "days"; is: "at least" | "at most" }
> = {
  accuracy: { text: "Diagnoses that proved right", unit: "share", is: "at least" },
  destructive: { text: "Destructive actions in vain", unit: "count", is: "at most" },
  autonomous: { text: "Sev 3–4 resolved without a person", unit: "share", is: "at least" },
  coverage: { text: "Servers with a record", unit: "share", is: "at least" },
  soak: { text: "Days without a breach", unit: "days", is: "at least" },
  foresight: { text: "Actions ahead of alerts that helped", unit: "share", is: "at least" },
};

export const TIMELINE_TONES: Record<z.infer<typeof TimelineEntry>["kind"], Tone> = {
  alert: "bad",
  run: "busy",
  diagnosis: "busy",
  proposal: "waiting",
  decision: "good",
  execution: "busy",
  verification: "good",
  rollBack: "bad",
  close: "neutral",
  note: "neutral",
};

/** `missing_index` as words: `missing index`. */
export const inWords = (id: string): string => id.replaceAll("_", " ");

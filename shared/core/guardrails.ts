import type { Area, AutomationLevel } from "../contracts/automation.ts";
import type { Phase } from "../contracts/autonomy.ts";
import type { Severity } from "../contracts/primitives.ts";
import type { LoadVerdict, RiskClass } from "../contracts/taxonomy.ts";
import { DAY_MS, HOUR_MS } from "./time.ts";

/** An earlier action on the same server, as the record holds it. */
export type PastAction = { kind: string; target: string; at: string; undone: boolean };

/** Everything that the guardrails look at. Gathered afresh each time they are asked. */
export type GuardrailFacts = {
  killSwitch: "on" | "off" | "unreadable";
  /** An admin may disable a server at any time, also while an action on it waits. */
  serverEnabled: boolean;
  phase: Phase;
  /** `autonomy` is the consent that the record has earned and an admin allows by the level. */
  consent: "none" | "person" | "instruction" | "autonomy";
  /** Nobody complained: a schedule had the server looked at. */
  isAhead: boolean;
  /** Whether a model that looked at the same evidence came to another conclusion. */
  isDisputed: boolean;
  /** How far PgMedic may go in this area on this server. */
  level: AutomationLevel;
  area: Area;
  severity: Severity;
  riskClass: RiskClass;
  kind: string;
  target: string;
  /** It reads or writes much. */
  addsLoad: boolean;
  /** It waits for every older transaction to end. */
  waitsForTransactions: boolean;
  load: LoadVerdict;
  pastActions: readonly PastAction[];
  /** Incidents of the server that this version cannot read: what was done in them is not known. */
  unreadablePast: number;
  indexesOnTable: number;
  estimatedBytes: number;
  /** The size of the table that it touches; null where it touches none. */
  tableBytes: number | null;
  /** Free disk in bytes; null where nothing reports it. */
  diskFreeBytes: number | null;
  oldestTransactionSeconds: number;
  unmetPreconditions: readonly string[];
  lockHeld: boolean;
};

export type Ruling = { allowed: true; reason: string } | { allowed: false; reason: string };

/** At most this many actions a server in 24 hours, indexes on one table, and hours between two tries on one target. */
export const LIMITS = {
  actionsPerDay: 10,
  indexesPerTable: 10,
  cooldownHours: 6,
  oldestTransactionSeconds: 900,
  /** Nobody set a limit for what the record has earned, so there is one: what a build of some minutes reads. */
  autonomousTableBytes: 10 * 2 ** 30,
} as const;

/** What stops every statement at once, also one of an action that has begun; null when nothing does. */
export function reasonToStop({ killSwitch, serverEnabled }: Pick<GuardrailFacts, "killSwitch" | "serverEnabled">) {
  if (killSwitch === "on") return "the kill switch is on";
  if (killSwitch === "unreadable") return "the kill switch cannot be read, so it counts as on";
  return serverEnabled ? null : "the server is disabled";
}

type Guardrail = (facts: GuardrailFacts, now: Date) => string | null;

/** Each names a reason to refuse, or null. The first refusal is the answer, so the gravest come first. */
const GUARDRAILS: readonly Guardrail[] = [
  reasonToStop,
  ({ riskClass }) => (riskClass === "R4" ? "R4 is advice: PgMedic does not carry it out" : null),
  ({ unmetPreconditions }) => (unmetPreconditions.length > 0 ? `not met: ${unmetPreconditions.join("; ")}` : null),
  ({ unreadablePast }) =>
    unreadablePast > 0 ? "what was done on this server lately cannot be read: a newer version wrote it" : null,
  ({ pastActions, kind, target }) => {
    const undone = pastActions.some((past) => past.kind === kind && past.target === target && past.undone);
    return undone ? "the same action on the same target was undone before: doing it again would oscillate" : null;
  },
  ({ pastActions, kind, target }, now) => {
    const since = now.getTime() - LIMITS.cooldownHours * HOUR_MS;
    const recent = pastActions.some(
      (past) => past.kind === kind && past.target === target && Date.parse(past.at) > since,
    );
    return recent ? `cooldown: tried on this target within ${LIMITS.cooldownHours} hours` : null;
  },
  ({ pastActions }, now) => {
    const today = pastActions.filter((past) => Date.parse(past.at) > now.getTime() - DAY_MS).length;
    return today >= LIMITS.actionsPerDay
      ? `${LIMITS.actionsPerDay} actions on this server in 24 hours are the limit`
      : null;
  },
  ({ kind, indexesOnTable }) =>
    kind === "create_index" && indexesOnTable >= LIMITS.indexesPerTable
      ? `the table already has ${indexesOnTable} indexes`
      : null,
  ({ diskFreeBytes, estimatedBytes }) =>
    diskFreeBytes !== null && diskFreeBytes < 2 * estimatedBytes
      ? "less free disk than twice what the index needs"
      : null,
  ({ load, addsLoad }) => (load === "saturated" && addsLoad ? "the server is saturated" : null),
  ({ oldestTransactionSeconds, waitsForTransactions }) =>
    waitsForTransactions && oldestTransactionSeconds > LIMITS.oldestTransactionSeconds
      ? `a transaction is open for ${Math.round(oldestTransactionSeconds)} s; a concurrent build would wait for it`
      : null,
];

/** Whether an action may be proposed: everything but consent and the lock, which come later. */
export function mayPropose(facts: GuardrailFacts, now: Date): Ruling {
  for (const guardrail of GUARDRAILS) {
    const reason = guardrail(facts, now);
    if (reason !== null) return { allowed: false, reason };
  }
  return { allowed: true, reason: "no guardrail objects" };
}

/** Why PgMedic does nothing here whoever agrees, or null. */
export function reasonNotToAct({
  phase,
  level,
  area,
}: Pick<GuardrailFacts, "phase" | "level" | "area">): string | null {
  if (phase === "shadow") return "in the Shadow phase PgMedic only records what it would do";
  if (level === 0) return `at automation level 0 for ${area} PgMedic only watches`;
  return level === 1 ? `at automation level 1 for ${area} PgMedic advises and a person acts` : null;
}

/** Why PgMedic may not act without a person here, or null: the lesser of what was earned and what is allowed decides. */
export function reasonToAsk(
  facts: Omit<GuardrailFacts, "consent">,
  consent: "instruction" | "autonomy",
): string | null {
  const { level, area } = facts;
  const still = reasonNotToAct(facts);
  if (still !== null) return still;
  if (facts.riskClass === "R3") return "R3 always needs a person";
  if (facts.isDisputed) return "a second opinion on the diagnosis differs";
  if (level < 3) return `at automation level ${level} for ${area} a person approves each action`;
  return consent === "instruction" ? null : (reasonNotEarned(facts) ?? reasonTooMuch(facts));
}

/** Why nothing was earned and allowed that would do without anybody's consent, or null. */
function reasonNotEarned({ phase, level, area, isAhead }: Omit<GuardrailFacts, "consent">): string | null {
  if (level < 4) return `at automation level ${level} for ${area} PgMedic acts by consent`;
  if (phase !== "autonomous" && phase !== "predictive") return "the Autonomous phase is not earned";
  if (!isAhead) return null;
  if (level < 5) return `at automation level ${level} for ${area} a person decides ahead of alerts`;
  return phase === "predictive" ? null : "ahead of alerts a person decides: the Predictive phase is not earned";
}

/** Why an action is too much for acting alone, or null. */
function reasonTooMuch({ riskClass, severity, tableBytes }: Omit<GuardrailFacts, "consent">): string | null {
  if (riskClass !== "R1" && riskClass !== "R2") return `${riskClass} is not for acting alone`;
  if (severity !== "Sev3" && severity !== "Sev4") return `${severity} needs a person`;
  return tableBytes !== null && tableBytes > LIMITS.autonomousTableBytes
    ? "the table is larger than PgMedic touches without a person"
    : null;
}

/** Whether an action may be carried out now: all of {@link mayPropose}, and consent, phase, level and the server lock. */
export function mayExecute(facts: GuardrailFacts, now: Date): Ruling {
  if (facts.consent === "none") return { allowed: false, reason: "nobody consented" };
  const still = reasonNotToAct(facts);
  if (still !== null) return { allowed: false, reason: still };
  const asks = facts.consent === "person" ? null : reasonToAsk(facts, facts.consent);
  if (asks !== null) return { allowed: false, reason: asks };
  if (!facts.lockHeld) return { allowed: false, reason: "another run holds the server" };
  return mayPropose(facts, now);
}

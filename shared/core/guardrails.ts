import type { LoadVerdict, RiskClass } from "../contracts/taxonomy.ts";
import { DAY_MS, HOUR_MS } from "./time.ts";

/** An earlier action on the same server, as the record holds it. */
export type PastAction = { kind: string; target: string; at: string; undone: boolean };

/** Everything that the guardrails look at. Gathered afresh each time they are asked. */
export type GuardrailFacts = {
  killSwitch: "on" | "off" | "unreadable";
  /** An admin may disable a server at any time, also while an action on it waits. */
  serverEnabled: boolean;
  phase: "shadow" | "assist";
  consent: "none" | "person" | "instruction";
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
  ({ riskClass, consent }) => (riskClass === "R3" && consent === "instruction" ? "R3 always needs a person" : null),
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

/** Whether an action may be carried out now: all of {@link mayPropose}, and consent, phase and the server lock. */
export function mayExecute(facts: GuardrailFacts, now: Date): Ruling {
  if (facts.consent === "none") return { allowed: false, reason: "nobody consented" };
  if (facts.phase === "shadow")
    return { allowed: false, reason: "in the Shadow phase PgMedic only records what it would do" };
  if (!facts.lockHeld) return { allowed: false, reason: "another run holds the server" };
  return mayPropose(facts, now);
}

import type { Criterion, CriterionId, EarnedPhase, Graduation, Phase } from "../contracts/autonomy.ts";
import { DAY_MS, later } from "./time.ts";
import { isBreach, isJudged, type Outcome } from "./track-record.ts";

/**
 * The gates from Assist to Autonomous, and from there to Predictive. The shares are S3.8's, which names none for foresight: of what no alert asks
 * for as much must help as of what is done alone. The counts below which a share says too little are ours.
 */
export const GATE = {
  windowDays: 90,
  accuracy: 0.9,
  fewestJudged: 20,
  autonomous: 0.95,
  fewestAutonomous: 20,
  coverage: 0.3,
  soakDays: 7,
  foresight: 0.95,
  fewestAhead: 20,
} as const;
const LONGEST_HISTORY = 50;

/** What the gate looks at: the outcomes of the last {@link GATE.windowDays} days, and the servers that are enabled. */
export type GraduationRecord = {
  outcomes: readonly Outcome[];
  enabledServers: readonly string[];
  /** Incidents that this version cannot read: what became of them is not known. */
  unreadable: number;
};

/** From when on an outcome counts. */
export const recordSince = (now: Date): Date => later(now, -GATE.windowDays * DAY_MS);

/** What opens each gate. */
const OPENED_BY = {
  autonomous: ["accuracy", "destructive", "autonomous", "coverage", "soak"],
  predictive: ["accuracy", "destructive", "autonomous", "coverage", "soak", "foresight"],
} as const satisfies Record<string, readonly CriterionId[]>;
/** What staying Autonomous rests on. Coverage opens the gate and does not close it: a server that is added is no breach. */
const HELD_BY: readonly CriterionId[] = ["accuracy", "destructive", "autonomous"];

/**
 * The gate, evaluated: promotes when every figure holds, demotes at the first breach. Pure; asking it again with the same record changes
 * nothing but `evaluatedAt` and the soak.
 */
export function graduate(current: Graduation | null, record: GraduationRecord, now: Date): Graduation {
  const at = now.toISOString();
  const before = current ?? { phase: "assist", since: at, history: [] };
  const criteria = criteriaOf(record, before.since, now);
  const phase = before.phase === "assist" ? promoted(criteria, record) : kept(before, criteria, record);
  const same = { ...before, evaluatedAt: at, criteria };
  if (phase.to === before.phase) return same;
  const entry = { at, from: before.phase, to: phase.to, because: phase.because };
  return { ...same, phase: phase.to, since: at, history: [entry, ...before.history].slice(0, LONGEST_HISTORY) };
}

type Next = { to: EarnedPhase; because: string };

const UNREADABLE: Next = { to: "assist", because: "part of the record cannot be read" };

const opens = (gate: keyof typeof OPENED_BY, criteria: readonly Criterion[]): boolean =>
  OPENED_BY[gate].every((wanted) => criteria.some(({ id, holds }) => id === wanted && holds));

function promoted(criteria: readonly Criterion[], { unreadable }: GraduationRecord): Next {
  if (unreadable > 0) return UNREADABLE;
  return opens("autonomous", criteria)
    ? { to: "autonomous", because: "every figure of the gate holds" }
    : { to: "assist", because: "the gate is closed" };
}

type Held = { phase: EarnedPhase; since: string };

function kept(held: Held, criteria: readonly Criterion[], { outcomes, unreadable }: GraduationRecord): Next {
  if (unreadable > 0) return UNREADABLE;
  // It took a clean soak to be earned: a breach from within it was not known then.
  const soakFrom = later(new Date(held.since), -GATE.soakDays * DAY_MS).toISOString();
  const breach = outcomes.find((outcome) => isBreach(outcome) && outcome.at > soakFrom);
  if (breach !== undefined)
    return { to: "assist", because: `an action on ${breach.serverId} ${IN_WORDS[breach.result]}` };
  const lost = criteria.find(({ id, holds }) => HELD_BY.includes(id) && !holds);
  if (lost !== undefined) return { to: "assist", because: `${LABEL[lost.id]}: ${lost.basis}` };
  const foresight = criteria.find(({ id }) => id === "foresight");
  if (held.phase === "predictive" && foresight?.holds === false)
    return { to: "autonomous", because: `${LABEL.foresight}: ${foresight.basis}` };
  if (held.phase === "autonomous" && opens("predictive", criteria))
    return { to: "predictive", because: "what was done ahead of alerts helped as well" };
  return { to: held.phase, because: "the record holds" };
}

const IN_WORDS: Record<Outcome["result"], string> = {
  improved: "helped",
  no_effect: "destroyed something and did not help",
  regressed: "made things worse",
  inconclusive: "could not be judged",
  failed: "failed",
  notCarriedOut: "was not carried out",
};
const LABEL: Record<CriterionId, string> = {
  accuracy: "diagnostic accuracy",
  destructive: "destructive actions in vain",
  autonomous: "resolved without asking",
  coverage: "servers with a record",
  soak: "days without a breach",
  foresight: "actions ahead of alerts",
};

function criteriaOf({ outcomes, enabledServers }: GraduationRecord, since: string, now: Date): Criterion[] {
  const judged = outcomes.filter(isJudged);
  const unasked = outcomes.filter(
    ({ decidedBy, severity, result, isAhead }) =>
      decidedBy !== "person" && !isAhead && (severity === "Sev3" || severity === "Sev4") && result !== "inconclusive",
  );
  const inVain = judged.filter(({ takesTwo, result }) => takesTwo && result !== "improved").length;
  const known = new Set(judged.map(({ serverId }) => serverId));
  const covered = enabledServers.filter((serverId) => known.has(serverId)).length;
  const soakFrom = outcomes.filter(isBreach).reduce((last, { at }) => (at > last ? at : last), since);
  const soak = Math.max(0, (now.getTime() - Date.parse(soakFrom)) / DAY_MS);
  return [
    share("accuracy", {
      of: judged,
      required: GATE.accuracy,
      fewest: GATE.fewestJudged,
      what: "judged actions helped",
    }),
    {
      id: "destructive",
      observed: inVain,
      required: 0,
      holds: inVain === 0,
      basis: `${inVain} in ${GATE.windowDays} days`,
    },
    share("autonomous", {
      of: unasked,
      required: GATE.autonomous,
      fewest: GATE.fewestAutonomous,
      what: "Sev3–4 incidents without a person helped",
    }),
    {
      id: "coverage",
      observed: enabledServers.length === 0 ? null : covered / enabledServers.length,
      required: GATE.coverage,
      holds: enabledServers.length > 0 && covered / enabledServers.length >= GATE.coverage,
      basis: `${covered} of ${enabledServers.length} enabled servers have a judged action`,
    },
    {
      id: "soak",
      observed: soak,
      required: GATE.soakDays,
      holds: soak >= GATE.soakDays,
      basis: `since ${soakFrom.slice(0, 16).replace("T", " ")} UTC`,
    },
    share("foresight", {
      of: judged.filter(({ isAhead }) => isAhead),
      required: GATE.foresight,
      fewest: GATE.fewestAhead,
      what: "judged actions ahead of alerts helped",
    }),
  ];
}

type Measured = { of: readonly Outcome[]; required: number; fewest: number; what: string };

function share(id: CriterionId, { of, required, fewest, what }: Measured): Criterion {
  const good = of.filter(({ result }) => result === "improved").length;
  const isEnough = of.length >= fewest;
  return {
    id,
    observed: of.length === 0 ? null : good / of.length,
    required,
    holds: isEnough && good / of.length >= required,
    basis: `${good} of ${of.length} ${what}${isEnough ? "" : `; it takes ${fewest} to tell`}`,
  };
}

/** The lesser of what an admin allows everywhere and what was earned. */
export const effectivePhase = (allowed: "shadow" | "assist", earned: EarnedPhase): Phase =>
  allowed === "shadow" ? "shadow" : earned;

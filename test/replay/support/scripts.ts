// What the steps answer in each kind of run, and when a person decides. Synthetic: no value of any table is in it.
import type { DecisionEvent, StepName, StepOutput } from "../../../shared/contracts/steps.ts";
import type { z } from "zod";

export type Script = {
  /** For each step its answers, call after call; the last one is repeated. An Error is thrown. */
  answers: { [Name in StepName]?: readonly (StepOutput<Name> | Error)[] };
  /** What a person decides, so many hours after the proposal of that round. */
  decisions: readonly { round: number; afterHours: number; verdict: z.infer<typeof DecisionEvent>["verdict"] }[];
};

export const START = "2026-03-02T08:00:00.000Z";
const HASH = "a".repeat(64);
const days = (count: number): string => new Date(Date.parse(START) + count * 86_400_000).toISOString();

const proposed = (round: number, change: { consent?: "standing"; expiresAt?: string } = {}) =>
  ({
    outcome: "proposed",
    proposalId: `prop-${round}`,
    proposalHash: HASH,
    expiresAt: days(3),
    consent: "needed",
    ...change,
  }) as const;
const waiting = (because: string) => ({ outcome: "waiting", because, checkAgainMs: 15_000 }) as const;
const INCONCLUSIVE = { verdict: "inconclusive", because: "fewer than 30 calls (after: 12)" } as const;
const IMPROVED = { verdict: "improved", because: "98 % fewer blocks a call", nextWindowMs: null } as const;
const NO_EFFECT = { verdict: "no_effect", because: "400 calls and not one scan of the index" } as const;

/** An outage as the host reports it, without a stack that would differ from machine to machine. */
function outage(): Error {
  const error = new Error("the server cannot be reached");
  error.stack = "Error: the server cannot be reached";
  return error;
}

/** The way up to the proof, when nothing comes in between. */
const BASIS: Script["answers"] = {
  acquireLock: [{ outcome: "acquired", fencingToken: 1 }],
  investigate: [{ verdict: "cause" }],
  propose: [proposed(1)],
  expire: [{ decided: "no" }],
  execute: [{ outcome: "done", verifyAfterMs: 300_000 }],
  verify: [IMPROVED],
  rollBack: [{ outcome: "done" }],
  close: [{ followUpMs: null }],
};
const APPROVED = [{ round: 1, afterHours: 2, verdict: "approve" }] as const;
const script = (answers: Script["answers"], decisions: Script["decisions"] = []): Script => ({
  answers: { ...BASIS, ...answers },
  decisions,
});

/** Every way that a run can take, by the name of its history. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  "approved-by-a-person": script({ verify: [{ ...INCONCLUSIVE, nextWindowMs: 600_000 }, IMPROVED] }, APPROVED),
  "allowed-by-an-instruction": script({ propose: [proposed(1, { consent: "standing" })] }),
  skipped: script({}, [{ round: 1, afterHours: 1, verdict: "skip" }]),
  "expired-after-eight-days": script({ propose: [proposed(1, { expiresAt: days(8) })] }),
  "approved-at-the-last-moment": script({ expire: [{ decided: "approve" }] }),
  "changed-and-proposed-again": script(
    {
      propose: [proposed(1), proposed(2)],
      execute: [
        { outcome: "changed", because: "the definition of public.orders changed" },
        { outcome: "done", verifyAfterMs: 300_000 },
      ],
    },
    [...APPROVED, { round: 2, afterHours: 1, verdict: "approve" }],
  ),
  "changed-every-time": script(
    {
      propose: [proposed(1), proposed(2), proposed(3)],
      execute: [{ outcome: "changed", because: "the table grew by more than half" }],
    },
    [1, 2, 3].map((round) => ({ round, afterHours: 1, verdict: "approve" as const })),
  ),
  "rolled-back": script(
    {
      verify: [{ ...NO_EFFECT, nextWindowMs: null }],
      rollBack: [waiting("the index is still there"), { outcome: "done" }],
    },
    APPROVED,
  ),
  "inconclusive-and-taken-back-later": script(
    {
      verify: [
        { ...INCONCLUSIVE, nextWindowMs: 600_000 },
        { ...INCONCLUSIVE, nextWindowMs: null },
        { ...NO_EFFECT, nextWindowMs: null },
      ],
      close: [{ followUpMs: 86_400_000 }, { followUpMs: null }],
    },
    APPROVED,
  ),
  "inconclusive-and-kept": script(
    {
      verify: [{ ...INCONCLUSIVE, nextWindowMs: null }, IMPROVED],
      close: [{ followUpMs: 86_400_000 }],
    },
    APPROVED,
  ),
  "a-long-build-after-a-wait": script(
    {
      acquireLock: [{ outcome: "held", heldBy: "inc-0-r1" }],
      execute: [
        waiting("the run inc-0-r1 has the server"),
        waiting("the build goes on in the server"),
        { outcome: "done", verifyAfterMs: 300_000 },
      ],
    },
    APPROVED,
  ),
  "refused-at-the-last-moment": script(
    { execute: [{ outcome: "refused", because: "the kill switch is on" }] },
    APPROVED,
  ),
  "not-carried-out": script(
    { execute: [{ outcome: "failed", because: "it did not succeed in 3 attempts" }] },
    APPROVED,
  ),
  "cannot-be-undone": script(
    {
      verify: [{ ...NO_EFFECT, nextWindowMs: null }],
      rollBack: [{ outcome: "failed", because: "the kill switch is on: undo it by hand" }],
    },
    APPROVED,
  ),
  healthy: script({ investigate: [{ verdict: "healthy", because: "Nothing is wrong." }] }),
  unexplained: script({ investigate: [{ verdict: "unexplained", because: "None of the known causes explains it." }] }),
  "nothing-to-propose": script({ propose: [{ outcome: "refused", because: "the server is saturated" }] }),
  "an-outage-that-passes": script({ investigate: [outage(), outage(), { verdict: "cause" }] }, APPROVED),
  "an-outage-that-stays": script({ investigate: [outage()] }),
};

// Memories of past runs for tests of what is made of them.
import fc from "fast-check";
import type { Memory } from "../../shared/contracts/memory.ts";
import { ResolutionPath, VerificationVerdict } from "../../shared/contracts/outcome.ts";
import { ActionKind, Cause, LoadVerdict } from "../../shared/contracts/taxonomy.ts";
import { digest } from "../../shared/core/digest.ts";
import { fingerprintOf } from "../../shared/core/memory.ts";
import type { Present } from "../../shared/core/recall.ts";
import { DAY_MS, later } from "../../shared/core/time.ts";
import { NOW } from "./incidents.ts";

export const SUBJECT = "index public.orders(customer_id)";
const identity = (subject: string) =>
  ({ serverId: "shop", cause: "missing_index", subject, playbook: "investigateHighCPU" }) as const;

/** The moment so many days before {@link NOW}. */
export const daysAgo = (days: number): string => later(NOW, -days * DAY_MS).toISOString();

/** An index on orders(customer_id) that helped, ten days ago. */
export const aMemory = (wish: Partial<Memory> = {}): Memory => ({
  incidentId: "inc-past",
  serverId: "shop",
  runId: `${wish.incidentId ?? "inc-past"}-r1`,
  fingerprint: fingerprintOf(identity(SUBJECT)),
  verdict: "cause",
  cause: "missing_index",
  subject: SUBJECT,
  table: "public.orders",
  playbook: "investigateHighCPU",
  alert: { metric: "cpu_percent", rule: "cpu-over-80-percent" },
  load: "busy",
  confidence: 0.9,
  statements: ["10/1"],
  action: { kind: "create_index", target: "public.orders(customer_id)", object: "public.idx_orders_customer_id" },
  decidedBy: null,
  wasCarriedOut: true,
  effect: anEffect("improved"),
  wasTakenBack: false,
  path: "humanApproved",
  openedAt: daysAgo(10),
  proposedAfterMs: 2_000,
  endedAt: daysAgo(10),
  endedAfterMs: 60_000,
  asOf: daysAgo(10),
  ...wish,
});

export const anEffect = (verdict: VerificationVerdict): Memory["effect"] => ({
  basis: "statements",
  verdict,
  meanMs: { before: 206.4, after: verdict === "improved" ? 0.12 : 205.9 },
  blocksPerCall: { before: 19_973, after: verdict === "improved" ? 23 : 19_973 },
  verifiedAt: daysAgo(10),
});

/** The same cause of the same column as in {@link aMemory}, now. */
export const aPresent = (wish: Partial<Present> = {}): Present => ({
  incidentId: "inc-now",
  fingerprint: fingerprintOf(identity(SUBJECT)),
  cause: "missing_index",
  table: "public.orders",
  action: { kind: "create_index", target: "public.orders(customer_id)" },
  metric: "cpu_percent",
  ...wish,
});

/** The same cause on another column of the same table. */
export const onAnotherColumn = (): Present =>
  aPresent({
    fingerprint: fingerprintOf(identity("index public.orders(product_id)")),
    action: { kind: "create_index", target: "public.orders(product_id)" },
  });

const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const moments = fc.integer({ min: -400, max: 1 }).map((days) => later(NOW, days * DAY_MS).toISOString());
const actions = fc.record({
  kind: oneOf(...ActionKind.options.slice(0, 4)),
  target: oneOf("a", "b"),
  object: oneOf(null, "public.i"),
});

/** Any memory, alike enough to another that they have things in common. */
export const anyMemory: fc.Arbitrary<Memory> = fc
  .record({
    incidentId: oneOf("inc-1", "inc-2", "inc-3", "inc-4", "inc-now"),
    fingerprint: oneOf(null, digest(1), digest(2)),
    verdict: oneOf("cause", "handoff", "healthy"),
    cause: oneOf(null, ...Cause.options.slice(0, 3)),
    table: oneOf(null, "public.a", "public.b"),
    alert: fc.record({ metric: oneOf(null, "cpu_percent", "connections"), rule: fc.constant(null) }),
    load: oneOf(...LoadVerdict.options),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    action: fc.option(actions),
    wasCarriedOut: fc.boolean(),
    effect: fc.option(
      oneOf(...VerificationVerdict.options).map((verdict) => anEffect(verdict)),
      { nil: null },
    ),
    wasTakenBack: fc.boolean(),
    path: oneOf(...ResolutionPath.options),
    endedAt: moments,
    runId: fc.uuid(),
  })
  .map((wish) => aMemory(wish as Partial<Memory>));

export const anyPresent: fc.Arbitrary<Present> = fc.record({
  incidentId: fc.constant("inc-now"),
  fingerprint: oneOf(null, digest(1), digest(2)),
  cause: oneOf(null, ...Cause.options.slice(0, 3)),
  table: oneOf(null, "public.a", "public.b"),
  action: fc.option(actions),
  metric: oneOf(null, "cpu_percent", "connections"),
});

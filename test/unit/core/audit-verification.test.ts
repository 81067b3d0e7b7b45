import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditEntry } from "../../../shared/contracts/api.ts";
import type { DailyRoot } from "../../../shared/contracts/archive.ts";
import { sealed } from "../../../shared/core/audit-chain.ts";
import { rootAfter } from "../../../shared/core/audit-root.ts";
import { type AuditFinding, verifyIncident, verifyRoots } from "../../../shared/core/audit-verification.ts";
import { DAY_MS, later, SECOND_MS } from "../../../shared/core/time.ts";

const BEGIN = new Date("2026-11-17T10:00:00.000Z");
const DAYS = 3;
/** The morning after the last day: its root has been written. */
const NOW = later(BEGIN, DAYS * DAY_MS);

type Chain = AuditEntry[];
type World = { archived: Map<string, Chain>; live: Map<string, Chain>; roots: DailyRoot[] };
/** How many entries each incident gets on each of the days, and how many of today's nobody has archived yet. */
const Plan = fc.record({
  perDay: fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: DAYS, maxLength: DAYS }), {
    minLength: 2,
    maxLength: 5,
  }),
  waiting: fc.integer({ min: 0, max: 3 }),
});

function grow(chain: Chain, incidentId: string, { at, count }: { at: Date; count: number }): void {
  for (let step = 0; step < count; step += 1) {
    const place = chain.length;
    const entry = { incidentId, at: later(at, place * SECOND_MS).toISOString(), what: "noted" };
    chain.push(
      sealed(
        { ...entry, detail: { key: `${incidentId}-${place}`, figures: [place, { n: place }] } },
        chain.at(-1) ?? null,
      ),
    );
  }
}

function worldOf({ perDay, waiting }: { perDay: number[][]; waiting: number }): World {
  const world: World = { archived: new Map(), live: new Map(), roots: [] };
  const ids = perDay.map((_, at) => `inc-${at}`);
  for (const id of ids) world.archived.set(id, []);
  for (let day = 0; day < DAYS; day += 1) {
    const at = later(BEGIN, day * DAY_MS);
    const moved = ids.filter((_, place) => (perDay[place]?.[day] ?? 0) > 0);
    for (const [place, id] of ids.entries())
      grow(chainOf(world.archived, id), id, { at, count: perDay[place]?.[day] ?? 0 });
    const heads = moved.map((incidentId) => headOf(chainOf(world.archived, incidentId)));
    const root = { day: at.toISOString().slice(0, 10), at: later(at, DAY_MS).toISOString(), heads };
    world.roots.push(rootAfter(world.roots.at(-1) ?? null, root));
  }
  world.live = structuredClone(world.archived);
  for (const id of ids) grow(chainOf(world.live, id), id, { at: NOW, count: waiting });
  return world;
}

const chainOf = (chains: Map<string, Chain>, id: string): Chain => chains.get(id) ?? [];

function headOf(chain: Chain): DailyRoot["heads"][number] {
  const last = chain.at(-1);
  if (last === undefined) throw new Error("an empty chain has no head");
  return { incidentId: last.incidentId, sequence: last.sequence, hash: last.hash, bytes: 100 };
}

/** Everything that the command would report; without the live documents when those are not looked at. */
function findingsIn(world: World, { isLive = true } = {}): AuditFinding[] {
  const anchors = (id: string) =>
    world.roots.flatMap(({ day, heads }) =>
      heads.filter(({ incidentId }) => incidentId === id).map((head) => ({ day, head })),
    );
  const ids = new Set([
    ...world.archived.keys(),
    ...world.live.keys(),
    ...world.roots.flatMap(({ heads }) => heads.map(({ incidentId }) => incidentId)),
  ]);
  const oldestEntryAt = BEGIN.toISOString();
  return [
    ...verifyRoots(world.roots, { oldestEntryAt, notedHash: undefined }, NOW),
    ...[...ids].flatMap((id) => {
      const live = isLive ? chainOf(world.live, id) : null;
      return verifyIncident(id, { archived: chainOf(world.archived, id), live, anchors: anchors(id) }, NOW).findings;
    }),
  ];
}

/** Seals a chain anew from its beginning, as somebody does who knows the rule. */
function resealed(chain: Chain): Chain {
  const anew: Chain = [];
  for (const { sequence: _, previousHash: __, hash: ___, ...content } of chain)
    anew.push(sealed(content, anew.at(-1) ?? null));
  return anew;
}

type Tampering = (chain: Chain, at: number, other: Chain) => Chain;
const changedAt = (chain: Chain, at: number): Chain =>
  chain.map((entry, place) => (place === at ? { ...entry, detail: { ...entry.detail, key: "forged" } } : entry));
const TAMPERINGS: Record<string, Tampering> = {
  "change an entry": changedAt,
  "change an entry and its hash": (chain, at) =>
    changedAt(chain, at).map((entry, place) => (place === at ? { ...entry, hash: "0".repeat(64) } : entry)),
  "change an entry and seal the whole chain anew": (chain, at) => resealed(changedAt(chain, at)),
  "flip one bit of a hash": (chain, at) =>
    chain.map((entry, place) => {
      const digit = (Number.parseInt(entry.hash.slice(0, 1), 16) ^ 1).toString(16);
      return place === at ? { ...entry, hash: digit + entry.hash.slice(1) } : entry;
    }),
  "delete an entry": (chain, at) => chain.toSpliced(at, 1),
  "delete an entry and seal the rest anew": (chain, at) => resealed(chain.toSpliced(at, 1)),
  "cut the end off": (chain, at) => chain.slice(0, at),
  "take the chain away": () => [],
  "add an entry at the front": (chain, _at) => [sealed({ ...contentOf(chain[0]), what: "invented" }, null), ...chain],
  "repeat an entry": (chain, at) => chain.toSpliced(at, 0, ...chain.slice(at, at + 1)),
  "put the entry of another incident in its place": (chain, at, other) =>
    chain.toSpliced(at, 1, ...other.slice(Math.min(at, other.length - 1)).slice(0, 1)),
  "swap the whole chain with another incident's": (_chain, _at, other) => other,
};

function contentOf(entry: AuditEntry | undefined): Pick<AuditEntry, "incidentId" | "at" | "what" | "detail"> {
  if (entry === undefined) throw new Error("there is no such entry");
  const { incidentId, at, what, detail } = entry;
  return { incidentId, at, what, detail };
}

/** Plants one tampering into the chain of one incident of a world. */
function planted(copy: "live" | "archived", tamper: Tampering) {
  return fc.property(Plan, fc.nat(), fc.nat(), fc.boolean(), (plan, whom, where, isLive) => {
    const world = worldOf(plan);
    // Of today's entries nobody else knows yet; the live copy is witnessed as far as it is archived.
    const full = [...world.archived.keys()].filter((id) => chainOf(world.archived, id).length > 0);
    fc.pre(full.length >= 2);
    const id = full[whom % full.length] ?? "";
    const otherId = full[(whom + 1) % full.length] ?? "";
    const at = where % chainOf(world.archived, id).length;
    const chains = world[copy];
    chains.set(id, tamper(structuredClone(chainOf(chains, id)), at, structuredClone(chainOf(chains, otherId))));
    const findings = findingsIn(world, { isLive: copy === "live" || isLive });
    expect(findings.filter(({ incidentId }) => incidentId === id)).not.toEqual([]);
    expect(findings.filter(({ incidentId }) => incidentId !== id)).toEqual([]);
  });
}

test("what was written as it should be has no finding, whatever is still waiting", () => {
  fc.assert(
    fc.property(Plan, (plan) => {
      expect(findingsIn(worldOf(plan))).toEqual([]);
      expect(findingsIn(worldOf(plan), { isLive: false })).toEqual([]);
    }),
  );
});

for (const [what, tamper] of Object.entries(TAMPERINGS)) {
  test(`in the live documents, to ${what} is found, and blamed on that incident alone`, () => {
    fc.assert(planted("live", tamper));
  });
  test(`in the archive, once a root names it, to ${what} is found even without the live documents`, () => {
    fc.assert(planted("archived", tamper));
  });
}

test("two archived entries in each other's place are found", () => {
  fc.assert(
    fc.property(Plan, fc.nat(), (plan, where) => {
      const world = worldOf(plan);
      const id = [...world.archived.keys()].find((one) => chainOf(world.archived, one).length >= 2);
      fc.pre(id !== undefined);
      const chain = chainOf(world.archived, id);
      const at = where % (chain.length - 1);
      chain.splice(at, 2, ...chain.slice(at, at + 2).toReversed());
      expect(findingsIn(world, { isLive: false }).map(({ kind }) => kind)).toContain("reordered");
    }),
  );
});

test("a root that is changed, deleted, moved or sealed anew is found", () => {
  const how: Record<string, (roots: DailyRoot[], at: number) => DailyRoot[]> = {
    change: (roots, at) => roots.map((root, place) => (place === at ? { ...root, heads: [] } : root)),
    delete: (roots, at) => roots.toSpliced(at, 1),
    swap: (roots, at) =>
      at === 0 ? roots.toReversed() : roots.toSpliced(at - 1, 2, ...roots.slice(at - 1, at + 1).toReversed()),
    repeat: (roots, at) => roots.toSpliced(at, 0, ...roots.slice(at, at + 1)),
    forge: (roots, at) =>
      roots.map((root, place) =>
        place === at ? rootAfter(roots[at - 1] ?? null, { ...root, heads: forgedHeads(root) }) : root,
      ),
  };
  fc.assert(
    fc.property(Plan, fc.integer({ min: 0, max: DAYS - 1 }), fc.constantFrom(...Object.keys(how)), (plan, at, name) => {
      const world = worldOf(plan);
      fc.pre((world.roots[at]?.heads.length ?? 0) > 0);
      world.roots = how[name]?.(world.roots, at) ?? [];
      expect(findingsIn(world)).not.toEqual([]);
    }),
  );
});

const forgedHeads = ({ heads }: DailyRoot): DailyRoot["heads"] =>
  heads.map((head) => ({ ...head, hash: "a".repeat(64) }));

test("roots that stop are told on the day after, and a root noted elsewhere must be there", () => {
  const { roots } = worldOf({ perDay: [[1, 1, 1]], waiting: 0 });
  const known = { oldestEntryAt: BEGIN.toISOString(), notedHash: roots[1]?.hash };
  expect(verifyRoots(roots, known, NOW)).toEqual([]);
  expect(verifyRoots(roots, known, later(NOW, DAY_MS))).toMatchObject([{ kind: "late", where: "roots" }]);
  expect(verifyRoots(roots, { ...known, notedHash: "b".repeat(64) }, NOW)).toMatchObject([{ kind: "missing" }]);
  expect(verifyRoots([], { ...known, notedHash: undefined }, NOW)).toMatchObject([{ kind: "late" }]);
});

test("what waits longer than it should is a finding", () => {
  const world = worldOf({ perDay: [[2, 0, 1]], waiting: 2 });
  const chains = { archived: chainOf(world.archived, "inc-0"), live: chainOf(world.live, "inc-0"), anchors: [] };
  const fresh = verifyIncident("inc-0", chains, NOW);
  expect(fresh.waiting).toMatchObject({ entries: 2 });
  expect(fresh.findings).toEqual([]);
  expect(verifyIncident("inc-0", chains, later(NOW, 3_600_000)).findings).toMatchObject([{ kind: "late" }]);
});

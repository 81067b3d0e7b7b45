import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditEntry } from "../../../shared/contracts/api.ts";
import {
  archivedUpTo,
  blobOf,
  blocksOf,
  ENTRIES_A_BLOB,
  followers,
  incidentsToArchive,
  NO_PROGRESS,
  partIn,
} from "../../../shared/core/audit-archive.ts";
import { sealed } from "../../../shared/core/audit-chain.ts";
import { NOW } from "../../support/incidents.ts";

const MIB = 2 ** 20;

function aChain(length: number, payload = ""): AuditEntry[] {
  const chain: AuditEntry[] = [];
  for (let at = 0; at < length; at += 1) {
    const entry = { incidentId: "inc-1", at: NOW.toISOString(), what: "noted", detail: { key: `k${at}`, payload } };
    chain.push(sealed(entry, chain.at(-1) ?? null));
  }
  return chain;
}

test("a chain goes into blobs of 40,000 entries, each named by its incident and part", () => {
  expect(blobOf("inc-1", 1)).toBe("incidents/inc-1/000001.ndjson");
  expect(blobOf("inc-1", ENTRIES_A_BLOB)).toBe("incidents/inc-1/000001.ndjson");
  expect(blobOf("inc-1", ENTRIES_A_BLOB + 1)).toBe("incidents/inc-1/000002.ndjson");
  expect(partIn("incidents/inc-1/000002.ndjson")).toEqual({ incidentId: "inc-1", part: 2 });
  expect(partIn("roots.ndjson")).toBeNull();
});

test("blocks hold all entries in order, none above 4 MiB and none across two blobs", () => {
  const chain = aChain(7, "x".repeat(MIB));
  const across = chain.map((entry, at) => ({ ...entry, sequence: ENTRIES_A_BLOB - 2 + at }));
  const blocks = blocksOf(across);
  expect(blocks.map(({ name, count }) => [partIn(name)?.part, count])).toEqual([
    [1, 3],
    [2, 3],
    [2, 1],
  ]);
  for (const { text } of blocks) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4 * MIB);
  const lines = blocks.flatMap(({ text }) => text.trimEnd().split("\n"));
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(across);
});

test("what follows the archived entries is taken, up to the first that does not", () => {
  fc.assert(
    fc.property(fc.nat(8), fc.nat(8), fc.constantFrom("nothing", "gap", "change", "unreadable"), (done, wrong, how) => {
      const chain = aChain(9);
      const live: (AuditEntry | null)[] = chain.slice(done);
      const at = wrong % live.length;
      const entry = live[at];
      if (how === "gap") live.splice(at, 1);
      if (how === "change" && entry) live[at] = { ...entry, what: "forged" };
      if (how === "unreadable") live[at] = null;
      const found = followers(chain[done - 1] ?? null, live);
      const isWhole = how === "nothing" || (how === "gap" && at === 8 - done);
      expect(found.entries).toEqual(isWhole ? live : live.slice(0, at));
      expect(found.refused === null).toBe(isWhole);
    }),
  );
});

test("a chain that was rewritten does not follow from its archived part", () => {
  const [first, second] = aChain(2);
  const other = sealed({ incidentId: "inc-1", at: NOW.toISOString(), what: "other", detail: {} }, null);
  expect(followers(other, second === undefined ? [] : [second]).refused).toContain("entry 2 does not follow");
  expect(followers(null, first === undefined ? [] : [first])).toMatchObject({ refused: null });
});

test("the incident that waits longest comes first, and progress never passes an entry that still waits", () => {
  const written = fc.array(
    fc.record({
      incidentId: fc.constantFrom("a", "b", "c"),
      sequence: fc.constant(1),
      writtenAt: fc.integer({ min: 1, max: 50 }),
    }),
  );
  fc.assert(
    fc.property(
      written,
      fc.subarray(["a", "b", "c"]),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 40, max: 100 }),
      (entries, left, upTo, now) => {
        const progress = { ...NO_PROGRESS, upTo };
        const order = incidentsToArchive(entries, progress).map(({ since }) => since);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        const next = archivedUpTo(entries, new Set(left), { upTo, now: new Date(now * 1_000) });
        expect(next).toBeGreaterThanOrEqual(upTo);
        const passed = entries.filter(
          ({ incidentId, writtenAt }) => left.includes(incidentId) && writtenAt > upTo && writtenAt <= next,
        );
        expect(passed).toEqual([]);
        expect(next).toBeLessThanOrEqual(Math.max(upTo, now - 5));
      },
    ),
  );
});

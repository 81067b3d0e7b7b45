import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditEntry } from "../../../shared/contracts/api.ts";
import { sealed, verifyChain } from "../../../shared/core/audit-chain.ts";
import { canonical } from "../../../shared/core/digest.ts";
import { NOW } from "../../support/incidents.ts";

function aChain(length: number): AuditEntry[] {
  const chain: AuditEntry[] = [];
  for (let at = 0; at < length; at += 1) {
    chain.push(
      sealed(
        { incidentId: "inc-1", at: NOW.toISOString(), what: "proposed", detail: { key: `k${at}` } },
        chain.at(-1) ?? null,
      ),
    );
  }
  return chain;
}

test("a chain as it was written is intact", () => {
  expect(verifyChain(aChain(5)).intact).toBe(true);
});

test("one changed, removed or moved entry is found, wherever it is", () => {
  const chain = aChain(8);
  const position = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(position, fc.constantFrom("change", "remove", "swap"), (at, how) => {
      const tampered = structuredClone(chain);
      const entry = tampered[at];
      const next = tampered[at + 1];
      if (entry === undefined || next === undefined) return;
      if (how === "change") entry.detail["key"] = "other";
      if (how === "remove") tampered.splice(at, 1);
      if (how === "swap") tampered.splice(at, 2, next, entry);
      expect(verifyChain(tampered).intact).toBe(false);
    }),
  );
});

test("equal values have equal canonical text, whatever the order of their keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonical(reversed)).toBe(canonical(value));
      expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value));
    }),
  );
});

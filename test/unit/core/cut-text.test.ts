import fc from "fast-check";
import { expect, test } from "vitest";
import { cutText, isCut, shortened } from "../../../shared/core/cut-text.ts";
import { aProposal } from "../../support/incidents.ts";

const bytesOf = (text: string): number => Buffer.byteLength(text);

test("a short text stays as it is, whatever is in it", () =>
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => cutText(text, 12_000) === text)));

test("a long one keeps its beginning, whole characters only, and says that it was cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 120, maxLength: 300 }), (text) => {
      const cut = cutText(text, 100);
      const [kept = ""] = cut.split("\n… (cut here: it has ");
      return isCut(cut) && !isCut(text) && text.startsWith(kept) && bytesOf(kept) <= 100 && bytesOf(cut) < 160;
    }),
  );
  expect(cutText("select 1234567890", 10)).toBe("select 123\n… (cut here: it has 17 bytes in all)");
});

test("forty statements of a megabyte each fit into a proposal, the costliest with the most of their text", () => {
  const [target] = aProposal().targets;
  if (target === undefined) throw new Error("the proposal has a statement");
  const endless = { cost: 1, text: "Seq Scan ".repeat(100_000) };
  const huge = { ...target, query: "é".repeat(500_000), before: endless, after: endless };
  const kept = Array.from({ length: 40 }, (_, place) => shortened(huge, place));
  expect(bytesOf(JSON.stringify(kept))).toBeLessThan(500_000);
  expect(bytesOf(kept[0]?.query ?? "")).toBeGreaterThan(20_000);
  expect(kept[39]?.query).toContain("cut here: it has 1,000,000 bytes");
  expect(shortened(target, 39)).toEqual(target);
});

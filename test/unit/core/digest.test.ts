import fc from "fast-check";
import { expect, test } from "vitest";
import { Digest, Id } from "../../../shared/contracts/primitives.ts";
import { canonical, derivedId, digest } from "../../../shared/core/digest.ts";

const objects = fc.dictionary(fc.string(), fc.jsonValue());

test("equal values have one digest, in whatever order their keys were written", () => {
  fc.assert(
    fc.property(objects, (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(digest(reversed)).toBe(digest(value));
    }),
  );
});

test("the canonical text says what the value says", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(canonical({ b: [1, null], a: undefined, c: "x" })).toBe('{"b":[1,null],"c":"x"}');
});

test("a digest is 64 hexadecimal digits, and a derived id is safe in a URL", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(Digest.safeParse(digest(value)).success).toBe(true);
      expect(Id.safeParse(derivedId("inc", value)).success).toBe(true);
    }),
  );
  expect(derivedId("inc", "a", "b")).not.toBe(derivedId("inc", "ab"));
});

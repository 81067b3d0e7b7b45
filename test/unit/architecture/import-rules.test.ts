import { resolve } from "node:path";
import { cruise, type ICruiseOptions } from "dependency-cruiser";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import configuration from "../../../.dependency-cruiser.mjs";

const Result = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** Judges a folder by the project's own rules. */
async function judge(baseDir: string): Promise<z.infer<typeof Result>["summary"]> {
  const { forbidden, options } = configuration;
  const wish = { ...options, ruleSet: { forbidden }, validate: true, baseDir } as unknown as ICruiseOptions;
  const { output } = await cruise(["orchestrators", "shared"], wish);
  return Result.parse(output).summary;
}

describe("the import rules bite", async () => {
  const { violations } = await judge(resolve("test/fixtures/planted"));
  const found = violations.map(({ rule, from }) => `${rule.name}: ${from}`);

  test("on replayed code that reaches I/O by a detour", () => {
    expect(found).toContain("replay-reaches-no-io: orchestrators/reads-a-clock.ts");
  });
  test("on a decision that imports an adapter", () => {
    expect(found).toContain("shared-core-imports: shared/core/remember.ts");
  });
  test("on an investigation that reaches a changing statement", () => {
    expect(found).toContain("investigation-reaches-no-statement: shared/investigation/looks.ts");
  });
});

test("the project itself keeps them, and the tool saw its modules", async () => {
  const { violations, totalCruised } = await judge(resolve("."));
  expect(violations).toEqual([]);
  expect(totalCruised).toBeGreaterThan(60);
});

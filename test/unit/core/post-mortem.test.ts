import fc from "fast-check";
import { expect, test } from "vitest";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { isOver, postMortemOf } from "../../../shared/core/post-mortem.ts";
import { anIncident, aResolvedIncident } from "../../support/dashboard/data.ts";

const CHAIN = { entries: 8, intact: true, head: "ab".repeat(32) };
const resolved: Incident = { ...aResolvedIncident(), memoryDue: false, outbox: [] };
const written = postMortemOf(resolved, "Shop database", CHAIN);
const headings = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("## "));

test("it says what happened, why, what was done by whom, and what came of it", () => {
  expect(headings(written)).toEqual(
    expect.arrayContaining(["## Why", "## Seen before", "## Action", "## Effect", "## Timeline", "## Record"]),
  );
  expect(written).toContain("CREATE INDEX CONCURRENTLY");
  expect(written).toMatch(/Approved by Ada/);
  expect(written).toContain("- The same cause on the same table on");
  expect(written).toContain("- This came 3 times in the last 7 days");
  expect(written).toMatch(/\| mean time of a call, ms \| [\d.]+ \| [\d.]+ \|/);
  expect(written).toContain("The audit chain has 8 entries, unbroken");
});

test("a broken chain is said aloud", () => {
  expect(postMortemOf(resolved, "Shop", { ...CHAIN, intact: false })).toContain("**broken: somebody changed it**");
});

test("an incident without diagnosis, proposal or verification is told with what there is", () => {
  const bare: Incident = {
    ...resolved,
    diagnosis: null,
    proposal: null,
    decision: null,
    execution: null,
    verification: null,
  };
  expect(headings(postMortemOf(bare, "Shop", CHAIN))).toEqual(["## Timeline", "## Record"]);
  expect(isOver({ ...anIncident(), memoryDue: false, outbox: [] })).toBe(false);
  expect(isOver(resolved)).toBe(true);
});

/** What somebody might write into an alert, a table's name or a note. */
const hostile = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.constantFrom(
    "a | b | c",
    "\n## Heading\n",
    "```\nrm -rf",
    "<script>alert(1)</script>",
    "[click](javascript:x)",
    "![x](y)",
    "**",
  ),
);

test("whatever stands in the texts, no heading, table cell, link or fence comes of it", () => {
  const { diagnosis } = resolved;
  if (diagnosis === null) throw new Error("the incident has a diagnosis");
  const cells = (text: string): number[] =>
    text
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) => line.replaceAll(/\\./g, "").split("|").length);
  fc.assert(
    fc.property(hostile, hostile, hostile, (title, note, name) => {
      const timeline = resolved.timeline.map((entry) => ({ ...entry, text: note }));
      const recalled = diagnosis.recalled.map((one) => ({ ...one, because: note }));
      const text = postMortemOf(
        { ...resolved, title, timeline, diagnosis: { ...diagnosis, recalled, lasting: note } },
        name,
        CHAIN,
      );
      expect(headings(text)).toEqual(headings(written));
      expect(cells(text)).toEqual(cells(written));
      const outside = text.replaceAll(/(`{3,})[^]*?\1/g, "").replaceAll(/\\./g, "");
      expect(outside).not.toMatch(/<[a-z]|\]\(|```/i);
    }),
  );
});

test("a statement with backticks stays in its fence", () => {
  const { proposal } = resolved;
  if (proposal === null) throw new Error("the incident has a proposal");
  const statement = 'CREATE INDEX "```\n# Heading" ON public.orders(customer_id)';
  const text = postMortemOf({ ...resolved, proposal: { ...proposal, statement } }, "Shop", CHAIN);
  expect(text).toContain(`\`\`\`\`sql\n${statement}\n\`\`\`\``);
});

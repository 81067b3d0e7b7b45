// Alerts as they come to a channel of a chat. The corpus is in test/fixtures/chat: a message each, with what is to be read in it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Server } from "../../../../shared/contracts/server.ts";
import { SlackMessage } from "../../../../shared/contracts/slack.ts";
import { readChatAlert } from "../../../../shared/core/alert-sources/chat-alert.ts";
import { textOf } from "../../../../shared/core/alert-sources/slack-text.ts";
import { serversInWords } from "../../../../shared/core/alerted-server.ts";

const FOLDER = join(import.meta.dirname, "../../../fixtures/chat");
const Case = z.object({
  message: SlackMessage,
  expected: z.object({ condition: z.string(), rule: z.string(), severity: z.string(), servers: z.array(z.string()) }),
});
const corpus = readdirSync(FOLDER).map(
  (file) => [file, Case.parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8")))] as const,
);

function aServer(serverId: string, host: string): Server {
  const role = { kind: "entra", user: "pgmedic" };
  return Server.parse({
    serverId,
    displayName: serverId,
    resourceId: "/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop-azure",
    environment: "staging",
    enabled: true,
    connection: { kind: "roles", host, database: "shop", investigator: role, executor: role },
    registeredAt: "2026-11-20T09:00:00.000Z",
  });
}
const servers = [
  aServer("shop-db", "shop-db.postgres.database.azure.com"),
  { ...aServer("stock", "10.0.0.4"), resourceId: "/stock" },
];

describe("an alert in a message", () => {
  test.each(corpus)("of %s", (_file, { message, expected }) => {
    const alert = readChatAlert(textOf(message));
    expect(alert).toMatchObject({
      condition: expected.condition,
      rule: expected.rule,
      severity: expected.severity,
    });
    expect(serversInWords(alert?.words ?? [], servers).map(({ serverId }) => serverId)).toEqual(expected.servers);
  });

  test("has the same key when it is over, whatever its figures", () => {
    const keyOf = (text: string): string | undefined => readChatAlert(text)?.key;
    expect(keyOf("ALERT: CPU above 93.1% on shop-db")).toBe(keyOf("RESOLVED: CPU above 40% on shop-db"));
    expect(keyOf("[FIRING:2] HighCPU (critical shop-db)")).toBe(keyOf("[RESOLVED] HighCPU (critical shop-db)"));
    expect(keyOf("ALERT: CPU on shop-db")).not.toBe(keyOf("ALERT: CPU on stock"));
  });
});

test.each([
  "Has anybody seen why shop-db is slow?",
  "I resolved it: it was the index",
  "the alert: was that you?",
  "OK, thanks",
  "critical path for the release is shop-db",
  "Sev2: A proposal waits for a decision (Shop)",
  "",
  "alert",
])("what people say to each other is none: %j", (text) => {
  expect(readChatAlert(text)).toBeNull();
});

test("Slack's marks are undone, and names keep what belongs to them", () => {
  const text = textOf({
    ts: "1.000000",
    text: "*ALERT:* `cpu_percent` of <http://x.example|shop-db> is _high_ &gt; 90 :fire: host:shop-db:5432 <@U012> ",
  });
  expect(text).toBe("ALERT: cpu_percent of shop-db is high > 90 host:shop-db:5432");
});

test("whatever a message holds, reading it ends at once and says what a second reading says", () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.constantFrom(
      "[FIRING:1] ",
      "ALERT: ",
      "(",
      ")",
      "*",
      "<http://",
      "|",
      ">",
      "\n",
      " on {",
      ":a",
      " at 1",
      "&amp;",
    ),
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
  const block: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    block: fc.record(
      { text: fc.oneof(text, tie("text")), elements: fc.array(tie("block"), { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
    text: fc.record({ text }),
  })).block;
  fc.assert(
    fc.property(text, fc.array(block, { maxLength: 3 }), (said, blocks) => {
      const message = { ts: "1.000000", text: said, blocks, attachments: [{ title: said, text: said }] };
      expect(readChatAlert(textOf(message))).toEqual(readChatAlert(textOf(message)));
    }),
    { numRuns: 300 },
  );
});

test("a text made to be slow to read is read within a second", () => {
  for (const evil of [
    "(".repeat(50_000),
    "[FIRING:1] " + "a (".repeat(20_000),
    "ALERT: " + " ".repeat(50_000),
    "<".repeat(50_000),
    "_".repeat(50_000),
  ]) {
    const begun = performance.now();
    readChatAlert(textOf({ ts: "1.000000", text: evil, attachments: [{ text: evil }] }));
    expect(performance.now() - begun).toBeLessThan(1_000);
  }
});

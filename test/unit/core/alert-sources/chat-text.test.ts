// Messages of a chat as integrations write them: which are alerts, of what, and which server they name.
import { globSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ReceivedAlert } from "../../../../shared/contracts/received-alert.ts";
import { Server } from "../../../../shared/contracts/server.ts";
import { SlackMessage } from "../../../../shared/contracts/slack.ts";
import { readChat } from "../../../../shared/core/alert-sources/chat-text.ts";
import { withoutMarks } from "../../../../shared/core/alert-sources/chat-words.ts";
import { serversCalled, serversNamedBy } from "../../../../shared/core/alerted-server.ts";
import { SHOP_RESOURCE } from "../../../support/alerts.ts";

const Case = z.strictObject({
  name: z.string(),
  message: SlackMessage,
  expected: z
    .strictObject({
      rule: z.string(),
      condition: z.enum(["Fired", "Resolved"]),
      severity: z.string(),
      servers: z.array(z.string()),
      certain: z.boolean(),
    })
    .nullable(),
});
const FOLDER = resolve(import.meta.dirname, "../../../fixtures/slack");
const corpus = globSync(`${FOLDER}/*.json`).map((path) => ({
  file: basename(path, ".json"),
  cases: z.array(Case).parse(JSON.parse(readFileSync(path, "utf8"))),
}));

const aServer = (serverId: string, wish: object): Server =>
  Server.parse({
    serverId,
    displayName: serverId,
    resourceId: `/subscriptions/0/flexibleServers/${serverId}`,
    environment: "production",
    enabled: true,
    connection: { kind: "url", urlSetting: "NOT_THERE" },
    registeredAt: "2026-11-20T09:00:00.000Z",
    ...wish,
  });
const SERVERS = [
  aServer("shop-db", { resourceId: SHOP_RESOURCE }),
  aServer("stock-db", { displayName: "Stock" }),
  aServer("other-db", {}),
];
const reader = { channel: "C0123456789", ownBotId: "B0PGMEDIC" };

function namedIn({ target }: ReceivedAlert): string[] {
  if (target.by !== "text") throw new Error("a message names servers by its text");
  const named = new Set([...serversNamedBy(target.labels, SERVERS), ...serversCalled(target.words, SERVERS)]);
  return [...named].map(({ serverId }) => serverId).toSorted();
}

describe.each(corpus)("messages of $file", ({ cases }) => {
  test.each(cases)("$name", ({ message, expected }) => {
    const read = readChat(message, reader);
    if (read === null || expected === null) {
      expect(read).toBe(expected);
      return;
    }
    const { alert, isCertain } = read;
    expect({
      rule: alert.rule,
      condition: alert.condition,
      severity: alert.severity,
      servers: namedIn(alert),
      certain: isCertain,
    }).toEqual(expected);
  });
});

test("a message is known by its channel and moment, however often it is read", () => {
  const message = { ts: "1763631000.000100", bot_id: "B1", text: "ALERT: CPU high on shop-db" };
  const read = readChat(message, reader);
  expect(read?.alert).toMatchObject({
    source: "slack",
    alertId: "slack/C0123456789/1763631000.000100",
    identity: ["slack", "C0123456789", "1763631000.000100"],
    firedAt: "2025-11-20T09:30:00.000Z",
  });
  expect(readChat(message, reader)).toEqual(read);
});

const PIECES = [
  "[FIRING:1] ",
  "[FIRING:",
  "[Triggered on {host:",
  "ALERT: ",
  "Fired:Sev3 ",
  "on ",
  "on the server ",
  "host:",
  "a=",
  '="',
  "<http://",
  "|",
  ">",
  "<",
  ":a",
  ":a:",
  "((((",
  "    ",
  "_",
  "-",
  ".",
  "/",
  "\n",
  "&amp;lt;",
  "alert rule: x\nmonitor condition: fired\n",
];
const nasty = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 10 })), { maxLength: 30 }),
    fc.integer({ min: 1, max: 2_000 }),
  )
  .map(([pieces, times]) => pieces.join("").repeat(times).slice(0, 40_000));
const anything = fc.anything({ maxDepth: 4, withBigInt: false });
const messages = fc.record({
  ts: fc.constant("1763631000.000100"),
  bot_id: fc.option(fc.constantFrom("B1", "B0PGMEDIC")),
  text: fc.option(nasty),
  attachments: fc.option(
    fc.array(fc.oneof(anything, fc.record({ title: nasty, text: nasty, fields: fc.array(anything) }))),
  ),
  blocks: fc.option(fc.array(fc.oneof(anything, fc.record({ type: fc.constant("section"), text: anything })))),
});

test("whatever a message holds, reading it ends soon, throws nothing and gives an alert that is one", () => {
  fc.assert(
    fc.property(messages, (message) => {
      const began = performance.now();
      const read = readChat(message, reader);
      expect(performance.now() - began).toBeLessThan(1_000);
      if (read !== null) expect(ReceivedAlert.safeParse(read.alert).error).toBeUndefined();
      expect(readChat(structuredClone({ ...message }), reader)).toEqual(read);
    }),
    { numRuns: 300 },
  );
});

test.each(PIECES)("a message of nothing but %j is read at once", (piece) => {
  const text = `ALERT: ${piece.repeat(Math.ceil(40_000 / piece.length))}`;
  const began = performance.now();
  readChat({ ts: "1763631000.000100", bot_id: "B1", text }, reader);
  expect(performance.now() - began).toBeLessThan(500);
});

test("a text without marks is left as it is, and one that lost them has none left", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9 .,=-]{0,200}$/), (text) => {
      expect(withoutMarks(text)).toBe(text);
    }),
  );
  for (const text of ["*a* <http://x|b> :fire: <!here> _c_", "`x` ~y~ <@U1> <#C1|general>"])
    expect(withoutMarks(withoutMarks(text))).toBe(withoutMarks(text));
});

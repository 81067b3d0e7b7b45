import { ServiceBusClient } from "@azure/service-bus";
import { beforeAll, expect, test } from "vitest";
import { DeadLetterList, DeadLetterView } from "../../../shared/contracts/dead-letter.ts";
import type { Message, Queue } from "../../../shared/contracts/messages.ts";
import { ServerCheck } from "../../../shared/contracts/server.ts";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import { enable } from "../../chaos/support/journey.ts";
import { eventually } from "../../support/cloud.ts";

let arena: Arena;
beforeAll(async () => {
  arena = await startArena();
  return arena.stop;
});

const list = async (): Promise<DeadLetterView[]> =>
  DeadLetterList.parse(await (await arena.platform.call("GET", "api/dead-letters")).json()).letters;
const sendAgain = (letterId: string) => arena.platform.call("POST", `api/dead-letters/${letterId}/send`, {});
const letterOf = (queue: Queue, text: string): Promise<DeadLetterView> =>
  eventually(
    async () => (await list()).find((letter) => letter.queue === queue && letter.text.includes(text)) ?? null,
    {
      withinMs: 20_000,
      what: `a letter with ${text}`,
    },
  );

/** A message that the broker gave up on, as it does after ten deliveries in vain. Only while no host takes it first. */
async function giveUpOn(queue: Queue, messageId: string, message: Message): Promise<void> {
  const { platform } = arena;
  await platform.stopGently("host");
  await platform.documents.messages.send(queue, messageId, message);
  const client = new ServiceBusClient(platform.busConnectionString());
  const receiver = client.createReceiver(queue);
  const [received] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  if (received === undefined) throw new Error("the broker has no message");
  await receiver.deadLetterMessage(received, {
    deadLetterReason: "MaxDeliveryCountExceeded",
    deadLetterErrorDescription: "It was delivered too often.",
  });
  await client.close();
  await platform.start("host");
  await platform.call("POST", "admin/functions/sweep");
}

test("a message that no handler can read is shown with the reason, and stays", async () => {
  const client = new ServiceBusClient(arena.platform.busConnectionString());
  await client
    .createSender("runs")
    .sendMessages({ body: { type: "trigger", schemaVersion: 99 }, messageId: "from-tomorrow" });
  await client.close();
  const letter = await letterOf("runs", '"schemaVersion":99');
  expect(letter.reason).toContain("schemaVersion");
  expect(letter.stays).toMatch(/No version of PgMedic/);
  const answer = await sendAgain(letter.letterId);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ title: "This message cannot be sent again" });
});

test("a message that the broker gave up on is sent again by a person, under a new id, and does what it was for", async () => {
  const journey = await arena.openJourney();
  await enable(journey, true);
  const { serverId } = journey;
  const probe = { schemaVersion: 1, type: "probe", requestId: "check-1", serverId, what: { kind: "check" } } as const;
  await giveUpOn("runs", "given-up-1", probe);
  const letter = await letterOf("runs", "check-1");
  expect(letter).toMatchObject({ reason: "MaxDeliveryCountExceeded", stays: null, sentAgain: null });
  const { system } = arena.platform.documents;
  expect(await system.probeAnswer("check-1", ServerCheck)).toBeNull();

  const answer = await sendAgain(letter.letterId);
  expect(answer.status).toBe(200);
  expect(DeadLetterView.parse(await answer.json()).sentAgain?.by).toMatchObject({ kind: "person", name: "Ann" });
  await expect
    .poll(() => system.probeAnswer("check-1", ServerCheck), { timeout: 20_000 })
    .toMatchObject({ reachable: true });
  expect((await list()).find(({ letterId }) => letterId === letter.letterId)?.sentAgain).not.toBeNull();
}, 60_000);

test("what only a run may say is not sent for it", async () => {
  const completion = {
    schemaVersion: 1,
    type: "completion",
    incidentId: "inc-1",
    serverId: "shop",
    runId: "inc-1-r1",
    outcome: "skipped",
    figures: null,
    fencingToken: null,
    lockReleased: true,
  } as const;
  await giveUpOn("run-events", "given-up-2", completion);
  const letter = await letterOf("run-events", "inc-1-r1");
  expect(letter.incidentId).toBe("inc-1");
  expect((await sendAgain(letter.letterId)).status).toBe(409);
}, 60_000);

test("an id that is none of a message leads to nothing else in the store", async () => {
  expect((await sendAgain("autonomy")).status).toBe(404);
  expect((await sendAgain("dead-unknown")).status).toBe(404);
});

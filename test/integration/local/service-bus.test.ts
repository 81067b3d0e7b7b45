import { ServiceBusClient, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Broker,
  connectionStringFor,
  queueDefaults,
  startBroker,
} from "../../../infra/local/service-bus/broker.ts";
import { startProcess, temporaryFolder } from "../../support/process.ts";

const LOCK_MS = 1_000;
const folder = temporaryFolder();
let broker: Broker;
let client: ServiceBusClient;
let queueCount = 0;

const clientFor = (port: number) =>
  new ServiceBusClient(connectionStringFor(port), { retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } });

/** A queue that no other test has used. */
function aQueue() {
  queueCount += 1;
  const name = `q${queueCount}`;
  return {
    name,
    sender: client.createSender(name),
    receiver: client.createReceiver(name, { maxAutoLockRenewalDurationInMs: 0 }),
    deadLetters: client.createReceiver(name, { subQueueType: "deadLetter" }),
  };
}

const receive = async (
  receiver: { receiveMessages: (n: number, o: object) => Promise<ServiceBusReceivedMessage[]> },
  count = 1,
  waitMs = 2_000,
) => receiver.receiveMessages(count, { maxWaitTimeInMs: waitMs });

const bodyOf = (message: ServiceBusReceivedMessage): unknown => message.body;

async function receiveOne(receiver: Parameters<typeof receive>[0]): Promise<ServiceBusReceivedMessage> {
  const [message] = await receive(receiver);
  if (message === undefined) throw new Error("no message arrived");
  return message;
}

beforeAll(async () => {
  const queues = Array.from({ length: 20 }, (_, index) => ({
    ...queueDefaults,
    name: `q${index + 1}`,
    lockMs: LOCK_MS,
    maxDeliveryCount: 3,
  }));
  broker = await startBroker({ port: 0, stateFolder: folder.path, queues });
  client = clientFor(broker.port);
});

afterAll(async () => {
  await client.close();
  await broker.stop();
  folder.remove();
});

test("a message arrives with its body, ids and properties, and is gone once completed", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({
    body: { incidentId: "i-1", list: [1, 2] },
    messageId: "m1",
    subject: "trigger",
    correlationId: "c1",
    contentType: "application/json",
    applicationProperties: { schemaVersion: 1, source: "ingest" },
  });
  const message = await receiveOne(receiver);
  expect(message).toMatchObject({
    body: { incidentId: "i-1", list: [1, 2] },
    messageId: "m1",
    subject: "trigger",
    correlationId: "c1",
    contentType: "application/json",
    applicationProperties: { schemaVersion: 1, source: "ingest" },
    deliveryCount: 0,
    state: "active",
  });
  expect(message.sequenceNumber?.toNumber()).toBe(1);
  expect(message.lockedUntilUtc?.getTime()).toBeGreaterThan(Date.now());
  await receiver.completeMessage(message);
  expect(await receive(receiver, 1, LOCK_MS + 300)).toEqual([]);
});

test("an abandoned message is delivered again at once, with its count and changed properties", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({ body: 1, applicationProperties: { kept: true } });
  await receiver.abandonMessage(await receiveOne(receiver), { why: "busy" });
  const again = await receiveOne(receiver);
  expect(again.deliveryCount).toBe(1);
  expect(again.applicationProperties).toEqual({ kept: true, why: "busy" });
  await receiver.completeMessage(again);
});

test("a message whose lock expired is delivered again, and its first receiver can no longer settle it", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({ body: "slow" });
  const first = await receiveOne(receiver);
  await sleep(LOCK_MS + 200);
  await expect(receiver.completeMessage(first)).rejects.toMatchObject({ code: "MessageLockLost" });
  const second = await receiveOne(receiver);
  expect(second.deliveryCount).toBe(1);
  await receiver.completeMessage(second);
});

test("a renewed lock lasts longer than the lock duration", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({ body: "long" });
  const message = await receiveOne(receiver);
  for (let round = 0; round < 3; round += 1) {
    await sleep(LOCK_MS * 0.6);
    const until = await receiver.renewMessageLock(message);
    expect(until.getTime()).toBeGreaterThan(Date.now());
  }
  await receiver.completeMessage(message);
});

test("a lost lock cannot be renewed", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({ body: "late" });
  const message = await receiveOne(receiver);
  await sleep(LOCK_MS + 200);
  await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: "MessageLockLost" });
});

test("a message that fails as often as allowed goes to the dead letter queue with the reason", async () => {
  const { name, sender, receiver, deadLetters } = aQueue();
  await sender.sendMessages({ body: "poison", messageId: "p1" });
  for (let attempt = 0; attempt < 3; attempt += 1) await receiver.abandonMessage(await receiveOne(receiver));
  const dead = await receiveOne(deadLetters);
  expect(dead).toMatchObject({
    body: "poison",
    messageId: "p1",
    deadLetterReason: "MaxDeliveryCountExceeded",
    deadLetterSource: name,
  });
  await deadLetters.completeMessage(dead);
  expect(await receive(receiver, 1, 300)).toEqual([]);
});

test("a receiver can dead-letter a message with a reason of its own", async () => {
  const { sender, receiver, deadLetters } = aQueue();
  await sender.sendMessages({ body: "bad" });
  await receiver.deadLetterMessage(await receiveOne(receiver), {
    deadLetterReason: "invalid",
    deadLetterErrorDescription: "no incidentId",
    field: "incidentId",
  });
  const dead = await receiveOne(deadLetters);
  expect(dead.deadLetterReason).toBe("invalid");
  expect(dead.deadLetterErrorDescription).toBe("no incidentId");
  expect(dead.applicationProperties).toMatchObject({ field: "incidentId" });
});

test("a deferred message is received only by its number", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({ body: "later" });
  const message = await receiveOne(receiver);
  await receiver.deferMessage(message);
  expect(await receive(receiver, 1, 300)).toEqual([]);
  if (message.sequenceNumber === undefined) throw new Error("no sequence number");
  const [deferred] = await receiver.receiveDeferredMessages([message.sequenceNumber]);
  if (deferred === undefined) throw new Error("the deferred message was not found");
  expect(deferred.body).toBe("later");
  await receiver.completeMessage(deferred);
  await expect(receiver.receiveDeferredMessages([message.sequenceNumber])).rejects.toMatchObject({
    code: "MessageNotFound",
  });
});

test("the same message id is accepted twice and delivered once", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({ body: "first", messageId: "same" });
  await sender.sendMessages([
    { body: "again", messageId: "same" },
    { body: "other", messageId: "other" },
  ]);
  const messages = await receive(receiver, 5, 500);
  expect(messages.map(bodyOf)).toEqual(["first", "other"]);
});

test("a scheduled message arrives at its time and not before", async () => {
  const { sender, receiver } = aQueue();
  const start = Date.now();
  await sender.scheduleMessages({ body: "then" }, new Date(start + 700));
  const [peeked] = await receiver.peekMessages(1);
  expect(peeked?.state).toBe("scheduled");
  const message = await receiveOne(receiver);
  expect(message.body).toBe("then");
  expect(Date.now() - start).toBeGreaterThanOrEqual(690);
});

test("a cancelled scheduled message never arrives", async () => {
  const { sender, receiver } = aQueue();
  const numbers = await sender.scheduleMessages([{ body: "never" }], new Date(Date.now() + 400));
  await sender.cancelScheduledMessages(numbers);
  expect(await receive(receiver, 1, 700)).toEqual([]);
  await expect(sender.cancelScheduledMessages(numbers)).rejects.toMatchObject({ code: "MessageNotFound" });
});

test("peeking shows messages without locking them", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages([{ body: "a" }, { body: "b" }]);
  const peeked = await receiver.peekMessages(5);
  expect(peeked.map((message) => [bodyOf(message), message.sequenceNumber?.toNumber()])).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  expect(await receive(receiver, 2, 500)).toHaveLength(2);
});

test("a batch arrives whole and in order", async () => {
  const { sender, receiver } = aQueue();
  const batch = await sender.createMessageBatch();
  for (let index = 0; index < 50; index += 1) expect(batch.tryAddMessage({ body: { index } })).toBe(true);
  await sender.sendMessages(batch);
  const messages = await receive(receiver, 50, 1_000);
  expect(messages.map(bodyOf)).toEqual(Array.from({ length: 50 }, (_, index) => ({ index })));
});

test("a message that outlived its time to live is dropped", async () => {
  const { sender, receiver } = aQueue();
  await sender.sendMessages({ body: "stale", timeToLive: 200 });
  await sleep(400);
  expect(await receive(receiver, 1, 300)).toEqual([]);
});

test("a subscription works through every message, failing ones included", async () => {
  const { sender, receiver, deadLetters } = aQueue();
  await sender.sendMessages([{ body: "good" }, { body: "bad" }]);
  const done: unknown[] = [];
  const subscription = receiver.subscribe({
    processMessage: (message) => {
      if (message.body === "bad") return Promise.reject(new Error("cannot"));
      done.push(message.body);
      return Promise.resolve();
    },
    processError: () => Promise.resolve(),
  });
  const dead = await receiveOne(deadLetters);
  await subscription.close();
  expect(done).toEqual(["good"]);
  expect(dead.body).toBe("bad");
});

test("an unknown queue is refused by name", async () => {
  await expect(client.createSender("nowhere").sendMessages({ body: 1 })).rejects.toMatchObject({
    code: "MessagingEntityNotFound",
  });
});

test("kill -9 loses no accepted message, no deferred and no scheduled one, and keeps the duplicate window", async () => {
  const state = temporaryFolder();
  const env = { PGMEDIC_SERVICE_BUS_PORT: "0", PGMEDIC_SERVICE_BUS_STATE: state.path };
  const accepted: string[] = [];
  let service = await startProcess("infra/local/service-bus/main.ts", env);
  const before = clientFor(service.port);
  const sender = before.createSender("runs");
  const receiver = before.createReceiver("runs");
  await sender.sendMessages({ body: "deferred", messageId: "d" });
  const message = await receiveOne(receiver);
  await receiver.deferMessage(message);
  await sender.scheduleMessages({ body: "scheduled", messageId: "s" }, new Date(Date.now() + 2_000));
  const sending = (async () => {
    for (let index = 0; ; index += 1) {
      const ids = Array.from({ length: 10 }, (_, inBatch) => `m-${index}-${inBatch}`);
      await Promise.all(
        ids.map(async (id) => {
          await sender.sendMessages({ body: id, messageId: id });
          accepted.push(id);
        }),
      );
    }
  })().catch(() => {});
  await sleep(300);
  await service.kill();
  await sending;
  await before.close();
  expect(accepted.length).toBeGreaterThan(20);

  service = await startProcess("infra/local/service-bus/main.ts", env);
  const after = clientFor(service.port);
  await after.createSender("runs").sendMessages({ body: "twice", messageId: accepted[0] ?? "" });
  const inbox = after.createReceiver("runs", { receiveMode: "receiveAndDelete" });
  const found = new Set<string>();
  for (
    let arrived: ServiceBusReceivedMessage[] = [], isDone = false;
    !isDone;
    isDone = arrived.length === 0 && found.has("scheduled")
  ) {
    arrived = await receive(inbox, 500, 1_000);
    for (const one of arrived) found.add(String(one.body));
  }
  expect(accepted.filter((id) => !found.has(id))).toEqual([]);
  expect(found.has("twice")).toBe(false);
  if (message.sequenceNumber === undefined) throw new Error("no sequence number");
  const [deferred] = await after.createReceiver("runs").receiveDeferredMessages([message.sequenceNumber]);
  expect(deferred?.body).toBe("deferred");
  await after.close();
  expect(await service.stop()).toBe(0);
  state.remove();
});

test("a port in use is named together with the setting that changes it", async () => {
  const state = temporaryFolder();
  await expect(startBroker({ port: broker.port, stateFolder: state.path, queues: [] })).rejects.toThrow(
    new RegExp(`port ${broker.port} is in use.*PGMEDIC_SERVICE_BUS_PORT`),
  );
  state.remove();
});

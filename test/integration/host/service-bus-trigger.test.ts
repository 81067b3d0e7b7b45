import { join } from "node:path";
import fx, { type InvocationContext } from "@azure/functions";
import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { startHost, type Host } from "../../../infra/local/host/host.ts";
import { queueDefaults, startBroker, type Broker } from "../../../infra/local/service-bus/broker.ts";
import { temporaryFolder } from "../../support/process.ts";

interface Received {
  readonly body: unknown;
  readonly metadata: InvocationContext["triggerMetadata"];
}

const QUEUES = ["plain", "failing", "slow"].map((name) => ({ ...queueDefaults, name, maxDeliveryCount: 3 }));
const folder = temporaryFolder();
const received: Received[] = [];
let broker: Broker;
let host: Host;
let client: ServiceBusClient;
let running = 0;
let mostAtOnce = 0;

function registerListeners(): void {
  const note = (body: unknown, context: InvocationContext): void =>
    void received.push({ body, metadata: context.triggerMetadata });
  fx.app.serviceBusQueue("plain", { queueName: "plain", connection: "SERVICE_BUS", handler: note });
  fx.app.serviceBusQueue("failing", {
    queueName: "failing",
    connection: "SERVICE_BUS",
    handler(body, context) {
      note(body, context);
      throw new Error("not today");
    },
  });
  fx.app.serviceBusQueue("slow", {
    queueName: "slow",
    connection: "SERVICE_BUS",
    async handler(body, context) {
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
      note(body, context);
    },
  });
}

beforeAll(async () => {
  broker = await startBroker({ port: 0, stateFolder: folder.path, queues: QUEUES });
  const app = await collectApp(registerListeners);
  const settings = { SERVICE_BUS: broker.connectionString };
  host = await startHost({ app, port: 0, stateFolder: ":memory:", settings, log: () => undefined });
  client = new ServiceBusClient(broker.connectionString);
});

afterAll(async () => {
  await client.close();
  await host.stop();
  await broker.stop();
  folder.remove();
});

async function waitFor(count: number, belongs: (each: Received) => boolean): Promise<Received[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = received.filter(belongs);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Only ${received.filter(belongs).length} of ${count} messages came: ${JSON.stringify(received)}`);
}

const hasId =
  (id: string) =>
  ({ metadata }: Received): boolean =>
    metadata?.["messageId"] === id;

test("a handler gets the parsed body and the message's properties under the worker's names", async () => {
  await client.createSender("plain").sendMessages({
    messageId: "run-1",
    subject: "trigger",
    correlationId: "incident-1",
    contentType: "application/json",
    applicationProperties: { kind: "start" },
    body: { runId: "run-1" },
  });
  const [message] = await waitFor(1, hasId("run-1"));
  expect(message?.body).toEqual({ runId: "run-1" });
  expect(message?.metadata).toMatchObject({
    messageId: "run-1",
    subject: "trigger",
    correlationId: "incident-1",
    contentType: "application/json",
    deliveryCount: 1,
    applicationProperties: { kind: "start" },
  });
  expect(message?.metadata?.["enqueuedTimeUtc"]).toMatch(/^20\d\d-/);
});

test("a message is completed after the handler: it does not come again", async () => {
  await client.createSender("plain").sendMessages({ messageId: "once", body: "text" });
  await waitFor(1, hasId("once"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(received.filter(hasId("once")).map(({ body }) => body)).toEqual(["text"]);
  const receiver = client.createReceiver("plain", { receiveMode: "receiveAndDelete" });
  expect(await receiver.peekMessages(10)).toEqual([]);
  await receiver.close();
});

test("a message whose handler throws is delivered again with a higher count, then goes to the dead letters", async () => {
  await client.createSender("failing").sendMessages({ messageId: "poison", body: { n: 1 } });
  const deliveries = await waitFor(3, hasId("poison"));
  expect(deliveries.map(({ metadata }) => metadata?.["deliveryCount"])).toEqual([1, 2, 3]);
  const receiver = client.createReceiver("failing", { subQueueType: "deadLetter" });
  const [dead] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5000 });
  expect(dead?.messageId).toBe("poison");
  await receiver.close();
});

test("at most eight messages of a queue are handled at once", async () => {
  const messages = Array.from({ length: 20 }, (_, index) => ({ messageId: `slow-${index}`, body: index }));
  await client.createSender("slow").sendMessages(messages);
  await waitFor(20, ({ metadata }) => String(metadata?.["messageId"]).startsWith("slow-"));
  expect(mostAtOnce).toBe(8);
});

test("after a restart of the broker messages come again within seconds", async () => {
  const { port } = broker;
  await broker.stop();
  broker = await startBroker({ port, stateFolder: folder.path, queues: QUEUES });
  const again = new ServiceBusClient(broker.connectionString);
  await again.createSender("plain").sendMessages({ messageId: "after-restart", body: 1 });
  await waitFor(1, hasId("after-restart"));
  await again.close();
});

test("the host stops within seconds when the broker is gone", async () => {
  const lonely = await startBroker({ port: 0, stateFolder: join(folder.path, "lonely"), queues: QUEUES });
  const app = await collectApp(registerListeners);
  const settings = { SERVICE_BUS: lonely.connectionString };
  const other = await startHost({ app, port: 0, stateFolder: ":memory:", settings, log: () => undefined });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await lonely.stop();
  const startedMs = Date.now();
  await other.stop();
  expect(Date.now() - startedMs).toBeLessThan(8000);
});

test("a missing connection setting is named at start", async () => {
  const app = await collectApp(registerListeners);
  const start = startHost({ app, port: 0, stateFolder: ":memory:", log: () => undefined });
  await expect(start).rejects.toThrow(/"plain" needs a Service Bus connection string in the setting SERVICE_BUS/);
});

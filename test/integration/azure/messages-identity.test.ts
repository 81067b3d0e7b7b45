// Without a key the messages' client signs in as the app's managed identity: AMQP over TLS, with a token for each queue that it uses.
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { ServiceBusClient } from "@azure/service-bus";
import rhea, { type EventContext } from "rhea";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { acceptedMessages } from "../../../infra/local/service-bus/accepted.ts";
import { type Broker, queueDefaults, startBroker } from "../../../infra/local/service-bus/broker.ts";
import type { Claim } from "../../../infra/local/service-bus/claims.ts";
import { azureCredential } from "../../../shared/adapters/identity.ts";
import { messagesOf } from "../../../shared/adapters/messages.ts";
import type { Message } from "../../../shared/contracts/messages.ts";
import { type Certificate, testAuthority, withKey } from "../../support/certificates.ts";
import { APP_IDENTITY, type ManagedIdentity, startManagedIdentity } from "../../support/managed-identity.ts";
import { temporaryFolder } from "../../support/process.ts";

/** What the tokens of Service Bus are for. */
const SERVICE_BUS = "https://servicebus.azure.net/";
const QUEUES = ["runs", "approvals"].map((name) => ({ ...queueDefaults, name }));
const MESSAGE: Message = {
  schemaVersion: 1,
  type: "resume",
  incidentId: "inc-1",
  runId: "run-1",
  decisionId: "decision-1",
  round: 1,
  fencingToken: 1,
};
const before = tls.getCACertificates("default");
const trusted = [...before, testAuthority()];
let folder: ReturnType<typeof temporaryFolder>;
let identity: ManagedIdentity;
let broker: Broker;
const claims: Claim[] = [];

/** Takes what the identity gave this app for Service Bus, as long as it lasts. */
function judge(claim: Claim): number | null {
  claims.push(claim);
  const known = identity.givenFor(SERVICE_BUS).find(({ token }) => token === claim.token);
  return claim.type === "jwt" && known?.clientId === APP_IDENTITY ? known.expiresAt : null;
}
async function startAzure(certificate: Certificate, judged = judge): Promise<void> {
  const secure = { ...withKey(certificate), judge: judged };
  broker = await startBroker({ port: 0, stateFolder: folder.path, queues: QUEUES, secure });
}
const messages = (port = broker.port) =>
  messagesOf({ connectionString: undefined, namespace: `localhost:${port}`, traceparentOf: () => "00-1-1-00" });
const entities = (): string[] => claims.map(({ entity }) => entity);

beforeAll(async () => {
  identity = await startManagedIdentity();
});
beforeEach(async () => {
  tls.setDefaultCACertificates(trusted);
  folder = temporaryFolder();
  // Whatever token is kept from before is over: only the clock is moved, nothing waits.
  vi.setSystemTime(Date.now() + 7_200_000);
  identity.given.length = 0;
  claims.length = 0;
  await startAzure("localhost");
});
afterEach(async () => {
  await broker.stop();
  folder.remove();
});
afterAll(async () => {
  vi.useRealTimers();
  tls.setDefaultCACertificates(before);
  await identity.stop();
});

test("each queue is opened with a token for Service Bus, of the app's own identity, and one token serves them all", async () => {
  const { send, takeDeadLetters } = messages();
  await send("runs", "m1", MESSAGE);
  await send("approvals", "m2", MESSAGE);
  await send("runs", "m3", MESSAGE);
  expect(acceptedMessages(folder.path).map(({ queue }) => queue)).toEqual(["runs", "approvals", "runs"]);
  await deadLetterOne("runs");
  const letters: unknown[] = [];
  await takeDeadLetters("runs", async (letter) => letters.push(letter));
  expect(letters).toEqual([{ messageId: "m1", reason: "unreadable", body: MESSAGE }]);

  expect(new Set(entities())).toEqual(new Set(["runs", "approvals", "runs/$deadletterqueue"]));
  expect(new Set(claims.map(({ type }) => type))).toEqual(new Set(["jwt"]));
  expect(identity.given).toMatchObject([{ clientId: APP_IDENTITY, resource: SERVICE_BUS }]);
  expect(new Set(claims.map(({ token }) => token))).toEqual(new Set([identity.given[0]?.token]));
});

/** Puts the first message of a queue aside, as a handler of the same app does. */
async function deadLetterOne(queue: string): Promise<void> {
  const client = new ServiceBusClient(`localhost:${broker.port}`, await azureCredential());
  const receiver = client.createReceiver(queue);
  for (const message of await receiver.receiveMessages(1))
    await receiver.deadLetterMessage(message, { deadLetterReason: "unreadable", deadLetterErrorDescription: "" });
  await client.close();
}

test("before a token ends its queue is shown a new one, without a message that asks for it", async () => {
  identity.tokensLast(122); // the client renews two minutes before the end
  const { send } = messages();
  await send("runs", "m1", MESSAGE);
  identity.tokensLast(3_600);
  await expect.poll(entities, { timeout: 10_000 }).toEqual(["runs", "runs"]);
  expect(claims.map(({ token }) => token)).toEqual(identity.given.map(({ token }) => token));
  vi.setSystemTime(Date.now() + 600_000); // the first one is over
  await send("runs", "m2", MESSAGE);
  expect(acceptedMessages(folder.path).map(({ messageId }) => messageId)).toEqual(["m1", "m2"]);
  expect(identity.given).toHaveLength(2);
});

test.each([
  ["for another host", "elsewhere", trusted, /altnames/],
  ["that is over", "expired", trusted, /expired/],
  ["of an authority that nobody trusts", "localhost", before, /unable to verify|self-signed/],
] as const)("a namespace with a certificate %s is shown nothing", async (_, certificate, authorities, reason) => {
  await broker.stop();
  await startAzure(certificate);
  tls.setDefaultCACertificates(authorities);
  await expect(messages().send("runs", "m1", MESSAGE)).rejects.toThrow(reason);
  expect(claims).toEqual([]);
});

test("a namespace without TLS hears the beginning of a handshake, and no AMQP", async () => {
  const heard: Buffer[] = [];
  const plain = createServer((socket) => socket.on("data", (bytes) => heard.push(bytes) && socket.destroy()));
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = plain.address() as AddressInfo;
  await expect(Promise.race([messages(port).send("runs", "m1", MESSAGE), sleep(5_000)])).rejects.toThrow();
  plain.close();
  const HANDSHAKE = 0x16;
  expect(heard.map(([first]) => first)).toEqual([HANDSHAKE]);
  expect(Buffer.concat(heard).includes("AMQP")).toBe(false);
});

test("a token that is not taken opens no queue", async () => {
  await broker.stop();
  await startAzure("localhost", (claim) => (claims.push(claim), null));
  // Azure's client tries again for minutes: somebody may be giving the right just now.
  void messages()
    .send("runs", "m1", MESSAGE)
    .catch(() => {});
  await expect.poll(entities).toEqual(["runs"]);
  await sleep(300);
  expect(acceptedMessages(folder.path)).toEqual([]);
});

test("who shows no token gets no link: what these tests rest on", async () => {
  const closed = new Promise<string | undefined>((resolve) => {
    const container = rhea.create_container();
    for (const event of ["disconnected", "connection_error"]) container.on(event, () => {});
    container.on("sender_error", ({ sender, connection }: EventContext) => {
      // rhea has the error of a link where its types do not look for it.
      resolve((sender?.error as { condition?: string } | undefined)?.condition);
      connection.close();
    });
    const at = { port: broker.port, host: "localhost", username: "anybody", reconnect: false } as const;
    container.connect({ ...at, transport: "tls" }).open_sender("runs");
  });
  expect(await closed).toBe("amqp:unauthorized-access");
});

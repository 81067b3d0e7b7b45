import type { ServiceBusClient, ServiceBusSender } from "@azure/service-bus";
import type { Message, Queue } from "../contracts/messages.ts";
import { azureCredential } from "./identity.ts";
import { inSpan } from "./telemetry.ts";

export type DeadLetter = { messageId: string; reason: string; body: unknown };
export type Messages = ReturnType<typeof messagesOf>;
/** Either a connection string (local) or the host name of a namespace, for which the app's identity is used. */
type MessageSettings = {
  connectionString: string | undefined;
  namespace: string | undefined;
  /** The trace context of an incident: with it the host counts the message's handling to the incident's trace. */
  traceparentOf: (incidentId: string) => string;
};

// The client's own patience is three retries of a minute each. What is not sent here stays in its outbox, and the sweep sends it: a broker
// that accepts and says nothing must not hold up an alert or a sweep for minutes.
const RETRY = { maxRetries: 1, retryDelayInMs: 1_000, timeoutInMs: 10_000 };

/** Sending over Service Bus. The broker drops a second message with a known id, so a repeated send has no second effect. */
export function messagesOf({ connectionString, namespace, traceparentOf }: MessageSettings) {
  let connecting: Promise<ServiceBusClient> | undefined;
  const senders = new Map<Queue, ServiceBusSender>();
  const connect = async (): Promise<ServiceBusClient> => {
    const { ServiceBusClient: Client } = await import("@azure/service-bus"); // a sixth of a second of a cold start
    const options = { retryOptions: RETRY };
    if (connectionString !== undefined) return new Client(connectionString, options);
    if (namespace !== undefined) return new Client(namespace, await azureCredential(), options);
    throw new Error("set ServiceBus (connection string) or ServiceBus__fullyQualifiedNamespace");
  };
  const client = (): Promise<ServiceBusClient> => (connecting ??= connect());
  const senderFor = async (queue: Queue): Promise<ServiceBusSender> => {
    const connected = await client();
    const sender = senders.get(queue) ?? connected.createSender(queue);
    senders.set(queue, sender);
    return sender;
  };
  const tracedAs = (incidentId: string) => {
    const traceparent = traceparentOf(incidentId);
    return { correlationId: incidentId, applicationProperties: { traceparent, "Diagnostic-Id": traceparent } };
  };
  const BATCH = 20;
  const PATIENCE_MS = 200;
  return {
    /** Loads the client ahead of the first message. */
    prepare: async (): Promise<void> => void (await client()),
    /** Hands each message that the broker has put aside to `keep`, and lets it go once that is done. */
    takeDeadLetters: async (queue: Queue, keep: (letter: DeadLetter) => Promise<unknown>): Promise<void> => {
      const receiver = (await client()).createReceiver(queue, { subQueueType: "deadLetter" });
      try {
        for (const letter of await receiver.receiveMessages(BATCH, { maxWaitTimeInMs: PATIENCE_MS })) {
          const body: unknown = letter.body;
          await keep({ messageId: String(letter.messageId), reason: letter.deadLetterReason ?? "unknown", body });
          await receiver.completeMessage(letter);
        }
      } finally {
        await receiver.close();
      }
    },
    /** Sends one message; resolves when the broker has it. */
    send: (queue: Queue, messageId: string, message: Message): Promise<void> => {
      const incidentId = "incidentId" in message ? message.incidentId : null;
      const traceparent = incidentId === null ? undefined : traceparentOf(incidentId);
      const attributes = { "messaging.system": "servicebus", "messaging.destination.name": queue };
      return inSpan(`send ${message.type}`, { traceparent, kind: "producer", attributes }, async () =>
        (await senderFor(queue)).sendMessages({
          body: message,
          messageId,
          subject: message.type,
          contentType: "application/json",
          ...(incidentId === null ? {} : tracedAs(incidentId)),
        }),
      );
    },
  };
}

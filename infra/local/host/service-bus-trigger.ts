import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import type { App, RegisteredFunction, RpcValue } from "./functions-core.ts";
import { triggerOf, type Invoke, type LogSink } from "./invocation.ts";

interface ListenerOptions {
  readonly app: App;
  readonly invoke: Invoke;
  readonly log: LogSink;
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/** host.json: extensions.serviceBus.maxConcurrentCalls and maxAutoLockRenewalDuration. */
const MAX_CONCURRENT_CALLS = 8;
const MAX_LOCK_RENEWAL_MS = 300_000;

/** A local broker is back within a second after a restart; the client's own default is to wait 30 s. */
const RETRY = { retryDelayInMs: 250, maxRetryDelayInMs: 2000, timeoutInMs: 10_000 };
/** How long a stop waits for a broker that does not answer any more. */
const CLOSE_MS = 2000;

export interface Listener {
  stop(): Promise<void>;
}

/** Listens to the queues of the app's Service Bus functions: complete on success, abandon when the handler throws. */
export async function startServiceBusListeners(options: ListenerOptions): Promise<Listener[]> {
  const functions = [...options.app.functions.values()].filter(
    (fn) => triggerOf(fn).type.toLowerCase() === "servicebustrigger",
  );
  if (functions.length === 0) return [];
  const sdk = await import("@azure/service-bus"); // takes most of the host's start, so only who needs it pays
  const connections = functions.map((definition) => connectionString(options, definition));
  return functions.map((definition, index) =>
    startListener(options, definition, new sdk.ServiceBusClient(connections[index] ?? "", { retryOptions: RETRY })),
  );
}

function openReceiver(client: ServiceBusClient, trigger: Record<string, unknown>): ServiceBusReceiver {
  const { queueName, topicName, subscriptionName } = trigger;
  // The handler gets the text and parses it itself, as on the real host.
  const receiverOptions = { skipParsingBodyAsJson: true, maxAutoLockRenewalDurationInMs: MAX_LOCK_RENEWAL_MS };
  return typeof queueName === "string"
    ? client.createReceiver(queueName, receiverOptions)
    : client.createReceiver(String(topicName), String(subscriptionName), receiverOptions);
}

/** Fails on what is not supported locally and on a missing connection, so that the app does not start half. */
function connectionString({ settings }: ListenerOptions, definition: RegisteredFunction): string {
  const { options: trigger } = triggerOf(definition);
  if (trigger["isSessionsEnabled"] === true || trigger["cardinality"] === "many") {
    throw new Error(`The function "${definition.name}" uses sessions or batches, which are not supported locally.`);
  }
  const name = String(trigger["connection"]);
  const value = settings[name] ?? settings[`AzureWebJobs${name}`];
  if (value === undefined || value === "") {
    throw new Error(`The function "${definition.name}" needs a Service Bus connection string in the setting ${name}.`);
  }
  return value;
}

function startListener(options: ListenerOptions, definition: RegisteredFunction, client: ServiceBusClient): Listener {
  const { invoke, log } = options;
  const receiver = openReceiver(client, triggerOf(definition).options);
  const inFlight = new Set<Promise<void>>();
  const subscription = receiver.subscribe(
    {
      processMessage(message) {
        const done = handle({ invoke, log, receiver, definition }, message).finally(() => inFlight.delete(done));
        inFlight.add(done);
        return done;
      },
      processError: async ({ error }) =>
        log({ level: "warning", functionName: definition.name, message: `Service Bus: ${error.message}` }),
    },
    { autoCompleteMessages: false, maxConcurrentCalls: MAX_CONCURRENT_CALLS },
  );
  return {
    async stop() {
      await atMost(CLOSE_MS, subscription.close());
      await Promise.all(inFlight);
      await atMost(
        CLOSE_MS,
        receiver.close().then(() => client.close()),
      );
    },
  };
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
  await Promise.race([work.catch(() => undefined), timeout]);
}

interface Delivery {
  readonly invoke: Invoke;
  readonly log: LogSink;
  readonly receiver: ServiceBusReceiver;
  readonly definition: RegisteredFunction;
}

async function handle(delivery: Delivery, message: ServiceBusReceivedMessage): Promise<void> {
  const { invoke, log, receiver, definition } = delivery;
  const result = await invoke({
    function: definition,
    trigger: toRpcBody(message.body),
    triggerMetadata: toTriggerMetadata(message),
    traceparent: String(message.applicationProperties?.["Diagnostic-Id"] ?? ""),
  });
  if (result.kind === "threw") log({ level: "error", functionName: definition.name, message: result.stack });
  try {
    await (result.kind === "threw" ? receiver.abandonMessage(message) : receiver.completeMessage(message));
  } catch (error) {
    // The lock was lost: the broker delivers the message again.
    log({ level: "warning", functionName: definition.name, message: `Could not settle a message: ${String(error)}` });
  }
}

function toRpcBody(body: unknown): RpcValue {
  if (Buffer.isBuffer(body)) return { string: body.toString("utf8") };
  return typeof body === "string" ? { string: body } : { json: JSON.stringify(body) };
}

/** The message's properties under the names that the real host gives them; absent ones are left out. */
function toTriggerMetadata(message: ServiceBusReceivedMessage): Record<string, RpcValue> {
  const entries: [string, unknown][] = [
    ["MessageId", message.messageId],
    ["DeliveryCount", (message.deliveryCount ?? 0) + 1], // this client counts from 0, the host's from 1
    ["SequenceNumber", message.sequenceNumber?.toNumber()],
    ["EnqueuedTimeUtc", message.enqueuedTimeUtc],
    ["ExpiresAtUtc", message.expiresAtUtc],
    ["Subject", message.subject],
    ["CorrelationId", message.correlationId],
    ["ContentType", message.contentType],
    ["SessionId", message.sessionId],
    ["PartitionKey", message.partitionKey],
    ["ReplyTo", message.replyTo],
    ["ReplyToSessionId", message.replyToSessionId],
    ["To", message.to],
    ["LockToken", message.lockToken],
    ["DeadLetterSource", message.deadLetterSource],
    ["ApplicationProperties", message.applicationProperties],
    ["UserProperties", message.applicationProperties],
  ];
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, toRpcProperty(value)]),
  );
}

function toRpcProperty(value: unknown): RpcValue {
  if (typeof value === "string") return { string: value };
  return typeof value === "number" ? { int: value } : { json: JSON.stringify(value) };
}

// The AMQP links: clients that receive (our senders) and clients that send (our receivers).
import rhea, { type Container, type EventContext, type Message, type Sender } from "rhea";
import { z } from "zod";
import { type Claims, unauthorized } from "./claims.ts";
import { manage, originOf } from "./management.ts";
import { incomingFrom, outgoing, unpack } from "./message.ts";
import type { Queue, Settlement } from "./queue.ts";
import { tagFromToken, tokenFromTag } from "./lock-token.ts";

type Find = (address: string) => Queue | undefined;
type Serving = { find: Find; claims: Claims };
type ReceivingLink = { queue: Queue; sender: Sender; deletes: boolean };

const CLAIMS_ADDRESS = /\$cbs$/;
const MANAGEMENT_ADDRESS = /\/?\$management$/;
const LOCK_LOST = {
  condition: "com.microsoft:message-lock-lost",
  description: "The lock supplied is invalid. Either the lock expired, or the message has been removed from the queue.",
};
const SETTLED_MODE = 1;
const ACCEPTED_CODE = 0x24;
const REJECTED_CODE = 0x25;
const ERROR_CODE = 0x1d;

/** The clients that receive: delivers to them, and takes their settlements. */
export class Receivers {
  readonly #links = new Map<Sender, ReceivingLink>();

  constructor(container: Container, serving: Serving) {
    container.on("sender_open", (context: EventContext) => this.#open(context.sender, serving));
    container.on("sendable", (context: EventContext) => this.#pumpSender(context.sender));
    container.on("sender_draining", (context: EventContext) => {
      this.#pumpSender(context.sender);
      context.sender?.set_drained(true);
    });
    container.on("sender_close", (context: EventContext) => context.sender && this.#links.delete(context.sender));
    for (const event of ["connection_close", "disconnected"]) {
      container.on(event, (context: EventContext) => this.#forget(context));
    }
    const on = (outcome: string, how: (context: EventContext) => Settlement) =>
      container.on(outcome, (context: EventContext) => this.#settle(context, how));
    on("accepted", () => ({ how: "complete" }));
    on("released", () => ({ how: "release" }));
    on("modified", modified);
    on("rejected", rejected);
  }

  /** Delivers what is available to whoever has asked for messages of this queue. */
  pump(queueName: string): void {
    for (const link of this.#links.values()) if (link.queue.name === queueName) pumpLink(link);
  }

  #open(sender: Sender | undefined, { find, claims }: Serving): void {
    if (sender === undefined) return;
    const address = sender.source.address;
    sender.set_source(sender.source);
    sender.set_target(sender.target);
    if (CLAIMS_ADDRESS.test(address)) return;
    if (!claims.cover(sender.connection, address)) return sender.close(unauthorized(address));
    if (MANAGEMENT_ADDRESS.test(address)) return;
    const queue = find(address);
    if (queue === undefined) return sender.close(notFound(address));
    const link = { queue, sender, deletes: sender.snd_settle_mode === SETTLED_MODE };
    this.#links.set(sender, link);
    setImmediate(pumpLink, link);
  }

  #pumpSender(sender: Sender | undefined): void {
    const link = sender === undefined ? undefined : this.#links.get(sender);
    if (link !== undefined) pumpLink(link);
  }

  #forget(context: EventContext): void {
    for (const sender of this.#links.keys()) if (sender.connection === context.connection) this.#links.delete(sender);
  }

  #settle(context: EventContext, how: (context: EventContext) => Settlement): void {
    const link = context.sender === undefined ? undefined : this.#links.get(context.sender);
    const delivery = context.delivery;
    if (link === undefined || link.deletes || delivery === undefined) return;
    const tag = Buffer.isBuffer(delivery.tag) ? delivery.tag : Buffer.from(delivery.tag);
    const isSettled = link.queue.settle(tokenFromTag(tag), how(context), Date.now());
    delivery.update(true, isSettled ? described(ACCEPTED_CODE, []) : lockLost());
  }
}

function pumpLink({ queue, sender, deletes }: ReceivingLink): void {
  while (sender.has_credit() && sender.sendable()) {
    if (deletes) {
      const stored = queue.remove();
      if (stored === undefined) return;
      sender.send(outgoing(stored, originOf(queue)));
      continue;
    }
    const taken = queue.take(Date.now());
    if (taken === undefined) return;
    const message = outgoing(taken.stored, { ...originOf(queue), lockedUntil: taken.lockedUntil });
    sender.send(message, tagFromToken(taken.token));
  }
}

/** Takes messages from clients that send, and answers token and management requests. */
export function serveSenders(container: Container, options: Serving & { maxMessageBytes: number }): void {
  const { find, claims } = options;
  container.on("receiver_open", (context: EventContext) => {
    const receiver = context.receiver;
    if (receiver === undefined) return;
    // Clients read the limit for a batch from here; rhea has no public way to set it on an incoming link.
    Object.assign(Attached.parse(receiver).local.attach, { max_message_size: options.maxMessageBytes });
    receiver.set_target(receiver.target);
    receiver.set_source(receiver.source);
    const address = receiver.target.address;
    if (CLAIMS_ADDRESS.test(address)) return;
    if (!claims.cover(receiver.connection, address)) return receiver.close(unauthorized(address));
    if (!MANAGEMENT_ADDRESS.test(address) && find(address) === undefined) receiver.close(notFound(address));
  });
  container.on("message", (context: EventContext) => {
    const { message, delivery, receiver } = context;
    if (message === undefined || delivery === undefined || receiver === undefined) return;
    const address = receiver.target.address;
    if (CLAIMS_ADDRESS.test(address)) {
      delivery.accept();
      const { status, description } = claims.put(context.connection, message);
      return respond(context, message, { properties: { "status-code": status, "status-description": description } });
    }
    if (!claims.cover(context.connection, address)) return receiver.close(unauthorized(address));
    if (MANAGEMENT_ADDRESS.test(address)) {
      delivery.accept();
      return respondToManagement(context, message, find(address.replace(MANAGEMENT_ADDRESS, "")));
    }
    const queue = find(address);
    if (queue === undefined) return delivery.reject(notFound(address));
    try {
      queue.send(unpack(message, delivery.format).map(incomingFrom), Date.now());
      delivery.accept();
    } catch (error) {
      delivery.reject({ condition: "amqp:internal-error", description: String(error) });
    }
  });
  for (const event of ["connection_error", "session_error", "sender_error", "receiver_error"]) {
    // Without a listener rhea throws: a client that goes away is no failure of the broker.
    container.on(event, () => {});
  }
}

const Attached = z.object({ local: z.object({ attach: z.custom<object>((value) => typeof value === "object") }) });
const ManagementProperties = z.object({ operation: z.string() });

function respondToManagement(context: EventContext, message: Message, queue: Queue | undefined): void {
  const operation = ManagementProperties.safeParse(message.application_properties).data?.operation ?? "";
  const reply =
    queue === undefined
      ? { status: 404, condition: "amqp:not-found", description: "no such queue" }
      : manage(queue, { operation, body: message.body, now: Date.now() });
  const properties = {
    statusCode: rhea.types.wrap_int(reply.status),
    statusDescription: reply.description ?? "OK",
    ...(reply.condition === undefined ? {} : { errorCondition: reply.condition }),
  };
  respond(context, message, { properties, body: reply.body });
}

function respond(
  context: EventContext,
  request: Message,
  reply: { properties: object; body?: object | undefined },
): void {
  const target = request.reply_to;
  // The reply link is named after `reply_to`, or has it as its target.
  const sender = context.connection.find_sender(
    (link: Sender) => link.name === target || link.target?.address === target,
  );
  sender?.send({
    ...(target === undefined ? {} : { to: target }),
    ...(request.message_id === undefined ? {} : { correlation_id: request.message_id }),
    application_properties: { ...reply.properties },
    body: reply.body,
  });
}

const ModifiedState = z.object({
  undeliverable_here: z.boolean().nullish(),
  message_annotations: z.record(z.string(), z.unknown()).nullish(),
});

function modified(context: EventContext): Settlement {
  const state = ModifiedState.parse(context.delivery?.remote_state);
  const properties = state.message_annotations ?? {};
  return { how: state.undeliverable_here === true ? "defer" : "abandon", properties };
}

const RejectedState = z.object({ error: z.object({ info: z.record(z.string(), z.unknown()).nullish() }).nullish() });

function rejected(context: EventContext): Settlement {
  const info = RejectedState.parse(context.delivery?.remote_state).error?.info ?? {};
  const { DeadLetterReason: reason, DeadLetterErrorDescription: description, ...properties } = info;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return { how: "deadLetter", reason: text(reason), description: text(description), properties };
}

/** The outcome with which a settlement is refused: the AMQP type `rejected` around the type `error`. */
function lockLost(): unknown {
  const { types } = rhea;
  return described(REJECTED_CODE, [
    described(ERROR_CODE, [types.wrap_symbol(LOCK_LOST.condition), types.wrap_string(LOCK_LOST.description)]),
  ]);
}

function described(code: number, fields: unknown[]): unknown {
  const value: unknown = rhea.types.described(rhea.types.wrap_ulong(code), rhea.types.wrap_list(fields));
  return value;
}

function notFound(address: string): { condition: string; description: string } {
  return { condition: "amqp:not-found", description: `The messaging entity '${address}' could not be found.` };
}

// AMQP messages as Service Bus clients write and read them.
import rhea, { type Message } from "rhea";
import type { StoredMessage } from "./journal.ts";

/** Batches arrive as one transfer in this format (the .NET and JavaScript clients' `tryAddMessage`). */
const BATCH_FORMAT = 0x80013700;

/** A message that a sender handed over, ready to be stored. */
export type Incoming = { messageId: string; payload: Buffer; scheduledFor: number | null; timeToLiveMs: number | null };

/** Encodes what arrived for the journal; a missing message id is assigned, as Service Bus does. */
export function incomingFrom(message: Message): Incoming {
  message.message_id ??= rhea.generate_uuid();
  delete message.delivery_count;
  const scheduled = wholeNumber(message.message_annotations?.["x-opt-scheduled-enqueue-time"]);
  return {
    messageId: String(message.message_id),
    payload: rhea.message.encode(message),
    scheduledFor: scheduled ?? null,
    timeToLiveMs: message.ttl ?? null,
  };
}

/** The messages in one transfer: one, or those of a batch (each is a data section that holds an encoded message). */
export function unpack(message: Message | Buffer, format: number): Message[] {
  if (format !== BATCH_FORMAT) return Buffer.isBuffer(message) ? [decode(message)] : [message];
  const outer = Buffer.isBuffer(message) ? decode(message) : message;
  const body: unknown = outer.body;
  if (typeof body !== "object" || body === null || !("content" in body))
    throw new Error("a batch without data sections");
  const sections: unknown[] = Array.isArray(body.content) ? body.content : [body.content];
  return sections.map((section) => {
    if (!Buffer.isBuffer(section)) throw new Error("a batch entry that is not binary");
    return decode(section);
  });
}

/** The stored message as a receiver gets it: delivery count and broker annotations added. */
export function outgoing(
  stored: StoredMessage,
  delivery: { lockedUntil?: number; deadLetterSource?: string },
): Message {
  const message = decode(stored.payload);
  const states = { active: 0, deferred: 1, scheduled: 2 };
  message.delivery_count = stored.deliveryCount;
  message.message_annotations = {
    ...message.message_annotations,
    "x-opt-sequence-number": rhea.types.wrap_long(stored.sequence),
    "x-opt-enqueued-time": rhea.types.wrap_timestamp(stored.enqueuedAt),
    "x-opt-message-state": rhea.types.wrap_int(states[stored.state]),
    ...(delivery.lockedUntil === undefined
      ? {}
      : { "x-opt-locked-until": rhea.types.wrap_timestamp(delivery.lockedUntil) }),
    ...(delivery.deadLetterSource === undefined ? {} : { "x-opt-deadletter-source": delivery.deadLetterSource }),
  };
  return message;
}

/** The payload with application properties set, as abandon, defer and dead-letter may ask. */
export function withProperties(payload: Buffer, properties: Record<string, unknown>): Buffer {
  const names = Object.keys(properties);
  if (names.length === 0) return payload;
  const message = decode(payload);
  message.application_properties = { ...message.application_properties, ...properties };
  return rhea.message.encode(message);
}

export function encode(message: Message): Buffer {
  return rhea.message.encode(message);
}

export function decode(payload: Buffer): Message {
  const decoded = rhea.message.decode(payload);
  const body: unknown = decoded["body"];
  return { ...decoded, body: body === undefined ? emptyBody() : body };
}

function emptyBody(): unknown {
  const section: unknown = rhea.message.data_section(Buffer.alloc(0));
  return section;
}

/** A number from the forms in which AMQP 64-bit integers arrive; undefined when there is none. */
export function wholeNumber(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Buffer.isBuffer(value)) return Number(value.readBigInt64BE(0));
  const number = Number(value instanceof Date ? value.getTime() : value.valueOf());
  return Number.isNaN(number) ? undefined : number;
}

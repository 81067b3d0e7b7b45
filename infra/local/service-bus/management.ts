// The request–response operations that clients send to `<queue>/$management`.
import rhea, { type Typed } from "rhea";
import { z } from "zod";
import { decode, encode, incomingFrom, outgoing, wholeNumber } from "./message.ts";
import { deadLetterQueueOf, type Queue, type Settlement } from "./queue.ts";

/** What goes back: a status as in HTTP, the error condition when it failed, the body when there is one. */
export type Reply = { status: number; condition?: string; description?: string; body?: Record<string, unknown> };

const asList = (value: unknown): unknown => (Array.isArray(value) || value === undefined ? value : [value]);
const Numbers = z.preprocess(asList, z.array(z.unknown().transform((value) => wholeNumber(value) ?? Number.NaN)));
const Tokens = z.preprocess(
  asList,
  z.array(z.custom<Buffer>((value) => Buffer.isBuffer(value)).transform((bytes) => rhea.uuid_to_string(bytes))),
);
const Binary = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const Renew = z.object({ "lock-tokens": Tokens });
const Peek = z.object({ "from-sequence-number": z.unknown(), "message-count": z.unknown() });
const Schedule = z.object({ messages: z.array(z.object({ message: Binary })) });
const Cancel = z.object({ "sequence-numbers": Numbers });
const ReceiveDeferred = z.object({ "sequence-numbers": Numbers, "receiver-settle-mode": z.unknown() });
const Disposition = z.object({
  "lock-tokens": Tokens,
  "disposition-status": z.enum(["completed", "abandoned", "defered", "suspended"]),
  "deadletter-reason": z.string().optional(),
  "deadletter-description": z.string().optional(),
  "properties-to-modify": z.record(z.string(), z.unknown()).optional(),
});

const LOCK_LOST: Reply = {
  status: 410,
  condition: "com.microsoft:message-lock-lost",
  description: "The lock supplied is invalid. Either the lock expired, or the message has been removed from the queue.",
};
const NOT_FOUND: Reply = {
  status: 404,
  condition: "com.microsoft:message-not-found",
  description: "No such message in this queue.",
};

type Operation = (queue: Queue, body: unknown, now: number) => Reply;

const OPERATIONS = new Map<string, Operation>([
  ["com.microsoft:renew-lock", renewLocks],
  ["com.microsoft:peek-message", peek],
  ["com.microsoft:schedule-message", schedule],
  ["com.microsoft:cancel-scheduled-message", cancelScheduled],
  ["com.microsoft:receive-by-sequence-number", receiveDeferred],
  ["com.microsoft:update-disposition", updateDisposition],
]);

/** Answers one management request; an operation that PgMedic does not need is refused, never ignored. */
export function manage(queue: Queue, request: { operation: string; body: unknown; now: number }): Reply {
  const operation = OPERATIONS.get(request.operation);
  if (operation === undefined) {
    return {
      status: 501,
      condition: "amqp:not-implemented",
      description: `${request.operation}: not supported locally`,
    };
  }
  try {
    return operation(queue, request.body, request.now);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { status: 400, condition: "amqp:decode-error", description: z.prettifyError(error) };
  }
}

function renewLocks(queue: Queue, body: unknown, now: number): Reply {
  const ends: number[] = [];
  for (const token of Renew.parse(body)["lock-tokens"]) {
    const until = queue.renew(token, now);
    if (until === undefined) return LOCK_LOST;
    ends.push(until);
  }
  return { status: 200, body: { expirations: rhea.types.wrap_array(ends, 0x83, undefined) } };
}

function peek(queue: Queue, body: unknown): Reply {
  const request = Peek.parse(body);
  const from = wholeNumber(request["from-sequence-number"]) ?? 0;
  const found = queue.peek({ from, count: wholeNumber(request["message-count"]) ?? 1 });
  if (found.length === 0) return { status: 204 };
  const messages = found.map((stored) => entry({ message: encode(outgoing(stored, originOf(queue))) }));
  return { status: 200, body: { messages: rhea.types.wrap_list(messages) } };
}

function schedule(queue: Queue, body: unknown, now: number): Reply {
  const incoming = Schedule.parse(body).messages.map(({ message }) => incomingFrom(decode(message)));
  return {
    status: 200,
    body: { "sequence-numbers": rhea.types.wrap_array(queue.send(incoming, now), 0x81, undefined) },
  };
}

function cancelScheduled(queue: Queue, body: unknown): Reply {
  return queue.cancelScheduled(Cancel.parse(body)["sequence-numbers"]) ? { status: 200 } : NOT_FOUND;
}

function receiveDeferred(queue: Queue, body: unknown, now: number): Reply {
  const request = ReceiveDeferred.parse(body);
  const keepsLock = wholeNumber(request["receiver-settle-mode"]) === 1;
  const messages: Typed[] = [];
  for (const sequence of request["sequence-numbers"]) {
    const taken = queue.takeDeferred(sequence, now);
    if (taken === undefined) return NOT_FOUND;
    if (!keepsLock) queue.settle(taken.token, { how: "complete" }, now);
    const message = outgoing(taken.stored, { ...originOf(queue), lockedUntil: taken.lockedUntil });
    messages.push(
      entry({ message: encode(message), "lock-token": rhea.types.wrap_uuid(rhea.string_to_uuid(taken.token)) }),
    );
  }
  return { status: 200, body: { messages: rhea.types.wrap_list(messages) } };
}

function updateDisposition(queue: Queue, body: unknown, now: number): Reply {
  const request = Disposition.parse(body);
  const properties = request["properties-to-modify"] ?? {};
  const settlements: Record<(typeof request)["disposition-status"], Settlement> = {
    completed: { how: "complete" },
    abandoned: { how: "abandon", properties },
    defered: { how: "defer", properties },
    suspended: {
      how: "deadLetter",
      reason: request["deadletter-reason"] ?? "",
      description: request["deadletter-description"] ?? "",
      properties,
    },
  };
  const settlement = settlements[request["disposition-status"]];
  const areSettled = request["lock-tokens"].every((token) => queue.settle(token, settlement, now));
  return areSettled ? { status: 200 } : LOCK_LOST;
}

/** The queue that a dead letter came from, as clients show it. */
export function originOf(queue: Queue): { deadLetterSource?: string } {
  return queue.isDeadLetterQueue ? { deadLetterSource: queue.name.slice(0, -deadLetterQueueOf("").length) } : {};
}

function entry(fields: { message: Buffer; "lock-token"?: Typed }): Typed {
  return rhea.types.wrap_map({ ...fields, message: rhea.types.wrap_binary(fields.message) });
}

// One queue with the rules of Azure Service Bus: peek-lock, delivery limit, dead letters, duplicate detection, schedule.
import { randomUUID } from "node:crypto";
import type { Journal, StoredMessage } from "./journal.ts";
import { withProperties, type Incoming } from "./message.ts";

/** Durations in milliseconds. `duplicateWindowMs` 0 turns duplicate detection off. */
export type QueueSettings = {
  name: string;
  lockMs: number;
  maxDeliveryCount: number;
  duplicateWindowMs: number;
  deadLetterOnExpiry: boolean;
};

/** A locked message: `stored.deliveryCount` counts the attempts before this one, as the wire format wants it. */
type Taken = { token: string; lockedUntil: number; stored: StoredMessage };

export type Settlement =
  | { how: "complete" }
  | { how: "release" }
  | { how: "abandon" | "defer"; properties: Record<string, unknown> }
  | { how: "deadLetter"; reason: string; description: string; properties: Record<string, unknown> };

type Lock = { stored: StoredMessage; until: number; returnsTo: "active" | "deferred" };

const DEAD_LETTER_SUFFIX = "/$deadletterqueue";

export const deadLetterQueueOf = (name: string): string => name + DEAD_LETTER_SUFFIX;

/** The queue over its journal; `changed` is called whenever a message may have become available. */
export class Queue {
  readonly name: string;
  readonly isDeadLetterQueue: boolean;
  readonly #journal: Journal;
  readonly #settings: QueueSettings;
  readonly #changed: () => void;
  readonly #locks = new Map<string, Lock>();

  constructor(journal: Journal, settings: QueueSettings, changed: () => void) {
    this.name = settings.name;
    this.isDeadLetterQueue = settings.name.endsWith(DEAD_LETTER_SUFFIX);
    this.#journal = journal;
    this.#settings = settings;
    this.#changed = changed;
    // Deliveries counted before a crash: a message that kills its consumer must not come back for ever.
    if (this.isDeadLetterQueue) return;
    for (const stored of journal.exhausted(this.name, settings.maxDeliveryCount)) this.#exhausted(stored);
  }

  /** Stores all messages or none; a duplicate within the window is accepted and dropped, as in Azure. */
  send(messages: readonly Incoming[], now: number): number[] {
    const sequences = this.#journal.atomically(() => messages.map((message) => this.#store(message, now)));
    this.#changed();
    return sequences;
  }

  /** Locks the next message for `lockMs`. */
  take(now: number): Taken | undefined {
    const stored = this.#journal.nextActive(this.name);
    return stored === undefined ? undefined : this.#lock(stored, now);
  }

  /** Takes the next message out for good (receive and delete). */
  remove(): StoredMessage | undefined {
    const stored = this.#journal.nextActive(this.name);
    if (stored !== undefined) this.#journal.remove(this.name, stored.sequence);
    return stored;
  }

  /** Locks a deferred message by its number. */
  takeDeferred(sequence: number, now: number): Taken | undefined {
    const stored = this.#journal.get(this.name, sequence);
    return stored?.state === "deferred" ? this.#lock(stored, now) : undefined;
  }

  /** The new end of the lock, or undefined when it was lost. */
  renew(token: string, now: number): number | undefined {
    const lock = this.#locks.get(token);
    if (lock === undefined || lock.until <= now) return undefined;
    lock.until = now + this.#settings.lockMs;
    return lock.until;
  }

  /** False when the lock was lost: nothing has changed then. */
  settle(token: string, settlement: Settlement, now: number): boolean {
    const lock = this.#locks.get(token);
    if (lock === undefined || lock.until <= now) return false;
    this.#locks.delete(token);
    this.#finish(lock, settlement);
    if (settlement.how !== "complete") this.#changed();
    return true;
  }

  peek(page: { from: number; count: number }): StoredMessage[] {
    return this.#journal.listFrom(this.name, page);
  }

  /** False when one of them is not scheduled (any more): then none is cancelled. */
  cancelScheduled(sequences: readonly number[]): boolean {
    const isScheduled = (sequence: number) => this.#journal.get(this.name, sequence)?.state === "scheduled";
    if (!sequences.every(isScheduled)) return false;
    this.#journal.atomically(() => sequences.forEach((sequence) => this.#journal.remove(this.name, sequence)));
    return true;
  }

  /** Gives back messages whose lock has expired. */
  expireLocks(now: number): void {
    for (const [token, lock] of this.#locks) {
      if (lock.until > now) continue;
      this.#locks.delete(token);
      this.#giveBack(lock, lock.stored.payload);
      this.#changed();
    }
  }

  /** Drops or dead-letters a message whose time to live has passed. */
  expire(stored: StoredMessage): void {
    if (!this.#settings.deadLetterOnExpiry || this.isDeadLetterQueue) {
      this.#journal.remove(this.name, stored.sequence);
      return;
    }
    this.#deadLetter(stored, {
      reason: "TTLExpiredException",
      description: "The message lived past its time to live.",
    });
  }

  #store(message: Incoming, now: number): number {
    const { duplicateWindowMs } = this.#settings;
    const sequence = this.#journal.nextSequence(this.name);
    const window = { now, after: now - duplicateWindowMs };
    if (duplicateWindowMs > 0 && !this.#journal.isFirst(this.name, message.messageId, window)) return sequence;
    const scheduledFor = message.scheduledFor !== null && message.scheduledFor > now ? message.scheduledFor : null;
    const visibleAt = scheduledFor ?? now;
    this.#journal.insert({
      queue: this.name,
      sequence,
      state: scheduledFor === null ? "active" : "scheduled",
      deliveryCount: 0,
      enqueuedAt: visibleAt,
      scheduledFor,
      expiresAt: message.timeToLiveMs === null ? null : visibleAt + message.timeToLiveMs,
      payload: message.payload,
    });
    return sequence;
  }

  #lock(stored: StoredMessage, now: number): Taken {
    this.#journal.lock(stored);
    const token = randomUUID();
    const lockedUntil = now + this.#settings.lockMs;
    const returnsTo = stored.state === "deferred" ? "deferred" : "active";
    this.#locks.set(token, { stored, until: lockedUntil, returnsTo });
    return { token, lockedUntil, stored };
  }

  #finish(lock: Lock, settlement: Settlement): void {
    const { stored } = lock;
    switch (settlement.how) {
      case "complete":
        this.#journal.remove(this.name, stored.sequence);
        return;
      case "release":
        this.#journal.unlock(stored, lock.returnsTo, stored.deliveryCount);
        return;
      case "abandon":
        this.#giveBack(lock, withProperties(stored.payload, settlement.properties));
        return;
      case "defer": {
        const payload = withProperties(stored.payload, settlement.properties);
        this.#journal.unlock({ ...stored, payload }, "deferred", stored.deliveryCount + 1);
        return;
      }
      case "deadLetter":
        this.#deadLetter(stored, settlement);
    }
  }

  #giveBack(lock: Lock, payload: Buffer): void {
    const stored = { ...lock.stored, payload };
    const deliveries = stored.deliveryCount + 1;
    const mayDie = lock.returnsTo === "active" && !this.isDeadLetterQueue;
    if (mayDie && deliveries >= this.#settings.maxDeliveryCount) this.#exhausted(stored);
    else this.#journal.unlock(stored, lock.returnsTo, deliveries);
  }

  #exhausted(stored: StoredMessage): void {
    const description = `Message could not be consumed after ${this.#settings.maxDeliveryCount} delivery attempts.`;
    this.#deadLetter(stored, { reason: "MaxDeliveryCountExceeded", description });
  }

  #deadLetter(stored: StoredMessage, why: { reason: string; description: string; properties?: object }): void {
    const payload = withProperties(stored.payload, {
      ...why.properties,
      DeadLetterReason: why.reason,
      DeadLetterErrorDescription: why.description,
    });
    // A message that is dead-lettered inside the dead letter queue stays there.
    this.#journal.move({ ...stored, payload }, this.isDeadLetterQueue ? this.name : deadLetterQueueOf(this.name));
  }
}

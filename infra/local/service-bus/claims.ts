// What clients prove on `$cbs`. Azure attaches a link only where a token that it took covers the link's entity, and so long as it lasts.
import type { Connection, Message } from "rhea";
import { z } from "zod";

/** A token that a client shows, and the address of the entity that it wants to use with it. */
export type Claim = { entity: string; type: string; token: string };
/** Until when a claim is good, in ms since 1970; null refuses it. */
export type Judge = (claim: Claim) => number | null;

const PutToken = z.object({
  body: z.string(),
  application_properties: z.object({ operation: z.literal("put-token"), name: z.string(), type: z.string() }),
});

/** An address within the namespace, whether or not it came with the namespace's own. */
export const entityOf = (address: string): string => address.replace(/^(amqps?|sb):\/\/[^/]+\//, "").toLowerCase();

/** The claims of each connection. Without a judge everybody may do everything: such a broker is bound to loopback. */
export class Claims {
  readonly #judge: Judge | undefined;
  readonly #until = new WeakMap<Connection, Map<string, number>>();

  constructor(judge: Judge | undefined) {
    this.#judge = judge;
  }

  /** Takes a token or refuses it; the answer is a status as in HTTP. */
  put(connection: Connection, message: Message): { status: number; description: string } {
    if (this.#judge === undefined) return { status: 202, description: "Accepted" };
    const shown = PutToken.safeParse(message).data;
    if (shown === undefined) return { status: 400, description: "Bad Request" };
    const entity = entityOf(shown.application_properties.name);
    const until = this.#judge({ entity, type: shown.application_properties.type, token: shown.body });
    if (until === null) return { status: 401, description: "InvalidToken: The token is not for this namespace." };
    this.#until.set(connection, (this.#until.get(connection) ?? new Map<string, number>()).set(entity, until));
    return { status: 202, description: "Accepted" };
  }

  /** Whether the connection may use an address now: a claim on a queue covers what lies below it. */
  cover(connection: Connection, address: string): boolean {
    if (this.#judge === undefined) return true;
    const wished = `${entityOf(address)}/`;
    const held = [...(this.#until.get(connection) ?? [])];
    return held.some(([entity, until]) => wished.startsWith(`${entity}/`) && until > Date.now());
  }
}

export const unauthorized = (address: string): { condition: string; description: string } => ({
  condition: "amqp:unauthorized-access",
  description: `Unauthorized access. No claim covers '${address}'.`,
});

import type { z } from "zod";
import type { Queue } from "../shared/contracts/messages.ts";
import { derivedId } from "../shared/core/digest.ts";
import { problemsIn } from "../shared/core/schema-problems.ts";
import { services } from "./services.ts";
import { deadLetterKept } from "./telemetry.ts";

/**
 * Keeps a message that no handler can read, with the reason, and lets the broker complete it: a Node trigger cannot dead-letter with
 * a reason, and repeating it would not make it readable.
 */
export async function keepUnreadable(queue: Queue, body: unknown, error: z.ZodError): Promise<void> {
  const { system, now } = services();
  const reason = problemsIn(error, "(body)").join("; ");
  await system.keepDeadLetter(derivedId("dead", queue, body), { queue, reason, body, at: now().toISOString() });
  deadLetterKept(queue);
}

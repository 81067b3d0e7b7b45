import { z } from "zod";
import type { Session } from "../adapters/postgres.ts";
import type { Statement } from "../contracts/statement.ts";
import { identifier } from "../core/identifier.ts";

const Locked = z.strictObject({ locked: z.boolean() });
const Nothing = z.looseObject({});

/** PostgreSQL does not know the fencing token: a session-level advisory lock keeps a second executor off the same target. */
const advisoryLock: Statement<z.infer<typeof Locked>> = {
  name: "advisory-lock",
  text: "select pg_try_advisory_lock(hashtextextended($1, 0)) as locked",
  row: Locked,
};
const becomeOwner = (owner: string): Statement<unknown> => ({
  name: "become-owner",
  text: `set role ${identifier(owner)}`,
  row: Nothing,
});

export type StatementRun =
  | { outcome: "done" }
  | { outcome: "running" }
  | { outcome: "busy"; because: string }
  | { outcome: "stopped"; because: string }
  | { outcome: "failed"; because: string };
type Request = {
  name: string;
  /** One after the other; PostgreSQL takes none of them back when a later one fails, so each must bear being begun again. */
  statements: readonly string[];
  /** The role to act as; null is the executor itself. */
  owner: string | null;
  target: string;
  waitMs: number;
  /** Asked once the target is this session's own: what was seen before may have changed. */
  isDue?: () => Promise<boolean>;
  /** Asked before anything is counted as due, and again directly before each statement: why it must not go out, or null. */
  reasonToStop?: () => Promise<string | null>;
};

/**
 * Runs the catalogue statements of one action as the owner of its object. Waits at most `waitMs`: a longer build goes on in the server and is watched
 * from outside. A failure is a value, since the catalog, not this answer, says what became of it.
 */
export async function runStatement(
  session: Session,
  { owner, target, waitMs, isDue, ...work }: Request,
): Promise<StatementRun> {
  const [lock] = await session.query(advisoryLock, [target]);
  if (lock?.locked !== true) return { outcome: "busy", because: "another session works on this target" };
  // Asked first: an attempt that must not be made is none.
  const because = (await work.reasonToStop?.()) ?? null;
  if (because !== null) return { outcome: "stopped", because };
  if (isDue !== undefined && !(await isDue())) return { outcome: "done" };
  if (owner !== null) await session.query(becomeOwner(owner));
  const running = inTurn(session, work);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<StatementRun>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: "running" }), waitMs);
  });
  try {
    return await Promise.race([running, patience]);
  } finally {
    clearTimeout(timer);
  }
}

async function inTurn(
  session: Session,
  { name, statements, reasonToStop }: Pick<Request, "name" | "statements" | "reasonToStop">,
): Promise<StatementRun> {
  for (const text of statements) {
    const because = (await reasonToStop?.()) ?? null;
    if (because !== null) return { outcome: "stopped", because };
    try {
      await session.query({ name, text, row: Nothing });
    } catch (error) {
      return { outcome: "failed", because: error instanceof Error ? error.message : String(error) };
    }
  }
  return { outcome: "done" };
}

import { oneSession } from "../catalogue/diagnostics/one-session.ts";
import type { TypedAction } from "../contracts/actions.ts";
import { digest } from "../core/digest.ts";
import type { Surroundings, Target } from "./look.ts";
import { precondition } from "./precondition.ts";

type SessionAction = Extract<TypedAction, { kind: "terminate_backend" | "cancel_backend" }>;

/** How an action on a session stands. Another session under the same process id is no concern of it. */
export async function lookAtSession({ session }: Surroundings, action: SessionAction): Promise<Target> {
  const { pid, backendStart, xactStart } = action.parameters;
  const [found] = await session.query(oneSession, [pid, backendStart]);
  const isSame = found !== undefined && found.xact_start === xactStart;
  const isAtWork = isSame && found.state === "active";
  const isDone = action.kind === "terminate_backend" ? found === undefined : !isAtWork;
  const state = found === undefined ? "gone" : (found.state ?? "unknown");
  return {
    progress: isDone ? "done" : "pending",
    statementsDone: 0,
    preconditions: [
      precondition("same-transaction", "The session is still in the same transaction", isSame, state),
      precondition(
        "no-superuser",
        "The session is not a superuser's",
        found === undefined || !found.is_superuser,
        found?.role ?? "gone",
      ),
      ...(action.kind === "cancel_backend"
        ? [precondition("at-work", "The session runs a statement", isAtWork, state)]
        : []),
    ],
    owner: null,
    object: null,
    leftover: null,
    stamp: "",
    fingerprint: digest(action.parameters),
    what: `session ${pid}${found?.role === undefined || found.role === null ? "" : ` of ${found.role}`}`,
  };
}

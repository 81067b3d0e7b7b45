import { roleFacts } from "../catalogue/diagnostics/role-facts.ts";
import type { TypedAction } from "../contracts/actions.ts";
import { digest } from "../core/digest.ts";
import type { Surroundings, Target } from "./look.ts";
import { precondition } from "./precondition.ts";

type RoleAction = Extract<TypedAction, { kind: "set_role_setting" | "set_role_connection_limit" }>;

/** How an action on a role stands: what is set for it. */
export async function lookAtRole({ session }: Surroundings, action: RoleAction): Promise<Target> {
  const { role } = action.parameters;
  const [found] = await session.query(roleFacts, [role]);
  const own = found === undefined ? null : currentOf(action, found);
  const isDone = found !== undefined && own === wantedOf(action);
  return {
    progress: isDone ? "done" : "pending",
    statementsDone: 0,
    preconditions: [
      precondition("role-there", "The role is there", found !== undefined, found === undefined ? "gone" : role),
      precondition(
        "as-it-was",
        "What is set is what was looked at",
        isDone || own === oldOf(action),
        own === null ? "nothing is set" : own,
      ),
    ],
    owner: null,
    object: null,
    leftover: null,
    stamp: "",
    fingerprint: digest([role, action.kind]),
    what: `role ${role}`,
  };
}

function currentOf(action: RoleAction, found: { settings: string[]; connection_limit: number }): string | null {
  if (action.kind === "set_role_connection_limit") return String(found.connection_limit);
  const prefix = `${action.parameters.setting}=`;
  return found.settings.find((known) => known.startsWith(prefix))?.slice(prefix.length) ?? null;
}

const wantedOf = (action: RoleAction): string | null =>
  action.kind === "set_role_connection_limit" ? String(action.parameters.limit) : action.parameters.value;
const oldOf = (action: RoleAction): string | null =>
  action.kind === "set_role_connection_limit" ? String(action.parameters.oldLimit) : action.parameters.oldValue;

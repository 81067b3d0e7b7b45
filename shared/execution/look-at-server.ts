import { preparedTransactions } from "../catalogue/diagnostics/prepared-transactions.ts";
import { replicationSlots } from "../catalogue/diagnostics/replication-slots.ts";
import { settingValue } from "../catalogue/diagnostics/setting-value.ts";
import type { ParametersOf, TypedAction } from "../contracts/actions.ts";
import { digest } from "../core/digest.ts";
import type { Surroundings, Target } from "./look.ts";
import { lookAtSize } from "./look-at-size.ts";
import { precondition } from "./precondition.ts";

type ServerAction = Extract<
  TypedAction,
  { kind: "rollback_prepared" | "drop_replication_slot" | "set_server_parameter" | "scale_compute" | "grow_storage" }
>;

/** How an action on the server as a whole stands. */
export function lookAtServer(around: Surroundings, action: ServerAction): Promise<Target> {
  switch (action.kind) {
    case "rollback_prepared":
      return lookAtPrepared(around, action.parameters);
    case "drop_replication_slot":
      return lookAtSlot(around, action.parameters);
    case "set_server_parameter":
      return lookAtParameter(around, action.parameters);
    case "scale_compute":
    case "grow_storage":
      return lookAtSize(around, action);
  }
}

const NOTHING = { statementsDone: 0, owner: null, object: null, leftover: null, stamp: "" };

async function lookAtPrepared(
  { session }: Surroundings,
  { gid, owner }: ParametersOf<"rollback_prepared">,
): Promise<Target> {
  const found = (await session.query(preparedTransactions)).find((known) => known.gid === gid);
  return {
    ...NOTHING,
    progress: found === undefined ? "done" : "pending",
    preconditions: [
      precondition(
        "still-prepared",
        "The transaction is still prepared, and its owner's",
        found?.owner === owner,
        found === undefined ? "gone" : `of ${found.owner}, ${Math.round(found.seconds)} s old`,
      ),
    ],
    owner,
    fingerprint: digest([gid, owner]),
    what: `prepared transaction ${gid}`,
  };
}

async function lookAtSlot({ session }: Surroundings, { slot }: ParametersOf<"drop_replication_slot">): Promise<Target> {
  const found = (await session.query(replicationSlots)).find((known) => known.slot === slot);
  return {
    ...NOTHING,
    progress: found === undefined ? "done" : "pending",
    preconditions: [
      precondition(
        "slot-idle",
        "Nobody reads from the slot",
        found?.is_active === false,
        found === undefined ? "gone" : found.is_active ? "active" : "inactive",
      ),
    ],
    fingerprint: digest([slot]),
    what: `replication slot ${slot}`,
  };
}

async function lookAtParameter(
  { session }: Surroundings,
  { name, value, oldValue }: ParametersOf<"set_server_parameter">,
): Promise<Target> {
  const [found] = await session.query(settingValue, [name]);
  const isDone = found?.setting === value;
  return {
    ...NOTHING,
    progress: isDone ? "done" : "pending",
    preconditions: [
      precondition(
        "as-it-was",
        "The parameter is as it was looked at",
        isDone || found?.setting === oldValue,
        found?.setting ?? "unknown",
      ),
      precondition(
        "no-restart",
        "It takes effect without a restart",
        found?.context !== "postmaster",
        found?.context ?? "unknown",
      ),
    ],
    fingerprint: digest([name]),
    what: `server parameter ${name}`,
  };
}

import type { ParametersOf, TypedAction } from "../../contracts/actions.ts";
import type { RiskClass } from "../../contracts/taxonomy.ts";

/** Everything that PgMedic knows of one kind of action. */
export type ActionEntry<Kind extends TypedAction["kind"]> = {
  kind: Kind;
  riskClass: RiskClass;
  /** It destroys something or ends somebody's work: two people must agree. */
  isDestructive: boolean;
  /** It reads or writes much: not while the server is saturated. */
  addsLoad: boolean;
  /** It waits for every older transaction: not while one is open for long. */
  waitsForTransactions: boolean;
  /** Who must carry it out: the owner of what it touches, the executor itself, or the platform. */
  actor: "owner" | "executor" | "platform";
  /** The lock that it takes and what that means for others, in a line. */
  lock: string;
  /** The SQL, one statement after the other. None where the platform carries it out. */
  statements: (parameters: ParametersOf<Kind>) => string[];
  /** The change as a person reads it, where the platform carries it out. */
  inWords?: (parameters: ParametersOf<Kind>) => string;
  /** The action that takes it back; null where nothing does. */
  inverse: (parameters: ParametersOf<Kind>) => TypedAction | null;
  /** SQL for the owner's migration tool; null where there is nothing to keep. */
  migration: (parameters: ParametersOf<Kind>) => string | null;
};

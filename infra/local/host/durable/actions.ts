import { z } from "zod";

/**
 * What an orchestrator asks for, as the SDK writes it (out-of-process schema version 3). The list is cumulative:
 * every episode repeats all actions since the start of the generation.
 */
const RetryOptions = z.object({
  firstRetryIntervalInMilliseconds: z.number().positive(),
  maxNumberOfAttempts: z.number(),
  backoffCoefficient: z.number().optional(),
  maxRetryIntervalInMilliseconds: z.number().optional(),
  retryTimeoutInMilliseconds: z.number().optional(),
});

const call = { functionName: z.string(), input: z.unknown().optional() };
const child = { ...call, instanceId: z.string().optional() };

const SimpleAction = z.discriminatedUnion("actionType", [
  z.object({ actionType: z.literal(0), ...call }),
  z.object({ actionType: z.literal(1), ...call, retryOptions: RetryOptions }),
  z.object({ actionType: z.literal(2), ...child }),
  z.object({ actionType: z.literal(3), ...child, retryOptions: RetryOptions }),
  z.object({ actionType: z.literal(4), input: z.unknown().optional() }),
  z.object({ actionType: z.literal(5), fireAt: z.string(), isCanceled: z.boolean().default(false) }),
  z.object({ actionType: z.literal(6), externalEventName: z.string() }),
]);

export type RetryOptions = z.infer<typeof RetryOptions>;
export type SimpleAction = z.infer<typeof SimpleAction>;
export type CallAction = Extract<SimpleAction, { actionType: 0 | 1 }>;
export type ChildAction = Extract<SimpleAction, { actionType: 2 | 3 }>;
export type Action = SimpleAction | { actionType: 11 | 12; compoundActions: Action[] };

/** Actions of features that PgMedic does not use, by number. */
const UNSUPPORTED: Readonly<Record<number, string>> = {
  7: "calling an entity",
  8: "callHttp",
  9: "signalling an entity",
  13: "locking entities",
  14: "releasing entities",
};

const Action: z.ZodType<Action> = z.union([
  SimpleAction,
  z.object({ actionType: z.union([z.literal(11), z.literal(12)]), compoundActions: z.array(z.lazy(() => Action)) }),
]);

const AnyAction = z.looseObject({
  actionType: z.number(),
  get compoundActions() {
    return z.array(AnyAction).optional();
  },
});

const Reply = z.looseObject({
  isDone: z.boolean(),
  actions: z.array(z.array(AnyAction)),
  output: z.unknown().optional(),
  error: z.string().optional(),
  customStatus: z.unknown().optional(),
});

/** The orchestrator's answer to one episode. */
export interface OrchestratorReply {
  readonly actions: readonly Action[];
  readonly isDone: boolean;
  readonly output: unknown;
  readonly customStatus: unknown;
  readonly error: string | undefined;
}

export type ReplyOutcome =
  | { readonly kind: "reply"; readonly reply: OrchestratorReply }
  | { readonly kind: "refused"; readonly reason: string };

const unsupportedIn = (actions: readonly z.infer<typeof AnyAction>[]): string | undefined =>
  actions
    .map((action) => UNSUPPORTED[action.actionType] ?? unsupportedIn(action.compoundActions ?? []))
    .find((reason) => reason !== undefined);

/** Checks the worker's JSON; refuses features that are not supported locally, by name. */
export function parseReply(json: unknown): ReplyOutcome {
  const raw = Reply.parse(json);
  const flat = raw.actions.flat();
  const unsupported = unsupportedIn(flat);
  if (unsupported !== undefined) return { kind: "refused", reason: `${unsupported} is not supported locally` };
  return {
    kind: "reply",
    reply: {
      actions: z.array(Action).parse(flat),
      isDone: raw.isDone,
      output: raw.output,
      customStatus: raw.customStatus,
      error: raw.error,
    },
  };
}

/**
 * The JSON text of a call's input, null when there is none. The SDK encodes a string for an activity twice and the
 * host takes one layer off; a child's string is encoded once.
 */
export function callInputText({ actionType, input }: CallAction | ChildAction): string | null {
  if (input === undefined || input === null) return null;
  const isEncoded = typeof input === "string" && (actionType === 0 || actionType === 1);
  return isEncoded ? input : JSON.stringify(input);
}

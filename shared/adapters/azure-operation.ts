import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { jsonIn } from "./json.ts";

/** `busy`: nothing was begun, and it may be tried again. `running`: Azure goes on by itself. `failed` says what to do. */
export type Answer =
  | { outcome: "done" }
  | { outcome: "running" }
  | { outcome: "busy"; because: string }
  | { outcome: "failed"; because: string };
export const failed = (because: string): Answer => ({ outcome: "failed", because });

type Seen = { request: { method: string }; status: number; bodyAsText?: string | null };
type Options = { abortSignal: AbortSignal; updateIntervalInMs: number; onResponse: (response: Seen) => void };
export type Following = {
  patienceMs: number;
  /** How often an operation is looked at where Azure does not say. */
  pollMs: number;
  /** The right that a refusal asks for. */
  right: string;
  /** Reads the resource itself: whether it is as it was wished. */
  isThere: (abortSignal: AbortSignal) => Promise<boolean>;
};

const AzureError = z.looseObject({ error: z.looseObject({ code: z.string(), message: z.string().default("") }) });
const Operation = z.looseObject({
  status: z.enum(["Failed", "Canceled"]),
  error: z.looseObject({ code: z.string(), message: z.string().default("") }).nullish(),
});
const Refusal = z.looseObject({
  statusCode: z.number(),
  response: z.looseObject({ bodyAsText: z.string().nullish() }).nullish(),
});

/**
 * Begins a change through one of Azure's clients and follows it to its end, at the pace that Azure asks for. What cannot be followed
 * once it has been accepted (no right to read operations, throttling, an outage, a link to another host) is looked for in the resource
 * itself until the patience ends. An outage before that rejects.
 */
export async function follow(
  begin: (options: Options) => Promise<{ pollUntilDone: (options: { abortSignal: AbortSignal }) => Promise<unknown> }>,
  following: Following,
): Promise<Answer> {
  const abortSignal = AbortSignal.timeout(following.patienceMs);
  const seen: { isAccepted: boolean; ending: string | null } = { isAccepted: false, ending: null };
  const onResponse = ({ request, status, bodyAsText }: Seen): void => {
    if (request.method === "GET") seen.ending ??= endingOf(bodyAsText);
    else seen.isAccepted = status < 300;
  };
  try {
    const poller = await begin({ abortSignal, updateIntervalInMs: following.pollMs, onResponse });
    await poller.pollUntilDone({ abortSignal });
    return { outcome: "done" };
  } catch (error) {
    if (seen.ending !== null) return failed(`Azure gave the change up: ${seen.ending}`);
    if (seen.isAccepted) return untilThere(following, abortSignal);
    return refusalOf(error, following.right);
  }
}

async function untilThere({ isThere, pollMs }: Following, abortSignal: AbortSignal): Promise<Answer> {
  while (!abortSignal.aborted) {
    // What cannot be read now may be read the next time: the change goes on all the same.
    if (await isThere(abortSignal).catch(() => false)) return { outcome: "done" };
    await sleep(pollMs, undefined, { signal: abortSignal }).catch(() => {});
  }
  return { outcome: "running" };
}

/** What a look at an operation says of its bad end; null while it goes on, and where it went well. */
function endingOf(body: string | null | undefined): string | null {
  const operation = Operation.safeParse(jsonIn(body ?? "")).data;
  return operation === undefined
    ? null
    : `${operation.error?.code ?? operation.status}: ${operation.error?.message ?? ""}`;
}

/** What a refusal means, and what a person can do about it. What is no refusal is thrown again: an outage. */
export function refusalOf(error: unknown, right: string): Answer {
  const refusal = Refusal.safeParse(error).data;
  if (refusal === undefined) throw error;
  const text = refusal.response?.bodyAsText ?? "";
  const parsed = AzureError.safeParse(jsonIn(text)).data?.error;
  const said = parsed === undefined ? text.slice(0, 300) : `${parsed.code}: ${parsed.message.slice(0, 300)}`;
  switch (refusal.statusCode) {
    case 401:
    case 403:
      return failed(`the identity of PgMedic may not do this to the server: it needs ${right} (${said})`);
    case 404:
      return failed(`Azure knows no such server or parameter (${said})`);
    case 409:
      return { outcome: "busy", because: `Azure is busy with another operation on this server (${said})` };
    case 429:
      return { outcome: "busy", because: `Azure asks for patience: too many requests within a short time (${said})` };
    default: {
      const because = `Azure answered ${refusal.statusCode} (${said})`;
      // A hiccup of the control plane that outlasted the client's own patience.
      return refusal.statusCode >= 500 ? { outcome: "busy", because } : failed(because);
    }
  }
}

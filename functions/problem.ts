import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { z } from "zod";
import { withoutUnknown } from "../shared/contracts/unknown-fields.ts";
import type { Problem } from "../shared/contracts/api.ts";

const TYPE_BASE = "https://pgmedic.dev/problems/";

/** An answer that is not the wished one, as RFC 9457 problem details. `kind` is the stable type. */
export function problem(
  status: number,
  kind: string,
  more: { title: string; detail?: string; errors?: Problem["errors"] },
): HttpResponseInit {
  const { title, detail, errors } = more;
  return {
    status,
    headers: { "content-type": "application/problem+json", ...(status === 503 ? { "retry-after": "5" } : {}) },
    body: JSON.stringify({ type: TYPE_BASE + kind, title, status, detail, errors }),
  };
}

export const answer = (status: number, body: unknown): HttpResponseInit => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify(body),
});

/** An answer made of documents: what a newer version added to them is not part of the contract. */
export const answerAs = <T>(schema: z.ZodType<T>, status: number, value: T): HttpResponseInit =>
  answer(status, withoutUnknown(schema, value));

/** The problem details of a body that does not fit its schema: the path of each error, and what is wrong there. */
export const invalid = (error: z.ZodError): HttpResponseInit =>
  problem(400, "invalid-body", {
    title: "The body does not fit its schema",
    errors: error.issues.map((issue) => ({ path: issue.path.join(".") || "(body)", message: issue.message })),
  });

export type Body = { ok: true; value: unknown } | { ok: false; response: HttpResponseInit };

/** Reads a JSON body of at most `limitBytes`. */
export async function jsonBody(request: HttpRequest, limitBytes = 256 * 1024): Promise<Body> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.byteLength > limitBytes) {
    return {
      ok: false,
      response: problem(413, "too-large", { title: `The body is larger than ${limitBytes / 1024} KB` }),
    };
  }
  try {
    return { ok: true, value: JSON.parse(bytes.toString("utf8")) };
  } catch {
    return { ok: false, response: problem(400, "not-json", { title: "The body is not JSON" }) };
  }
}

/**
 * Wraps a handler: what it throws is a dependency that is down, and becomes 503. Azure Monitor repeats a notification only for 408,
 * 429, 503 and 504; a 500 would lose the alert.
 */
export const guarded =
  (handler: HttpHandler): HttpHandler =>
  async (request: HttpRequest, context: InvocationContext) => {
    try {
      return await handler(request, context);
    } catch (failure) {
      context.error(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
      return problem(503, "dependency-down", {
        title: "Something that PgMedic depends on is down",
        detail: "Repeat the request.",
      });
    }
  };

import type { IncomingMessage } from "node:http";
import type { RpcCookie, RpcHttp } from "./functions-core.ts";
import type { Invoke, LogSink } from "./invocation.ts";
import type { RouteMatch } from "./http-routes.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

export const emptyAnswer = (status: number): HttpAnswer => ({ status, headers: {}, body: new Uint8Array() });

const nullable = (values: Iterable<readonly [string, string]>): Record<string, { value: string }> =>
  Object.fromEntries([...values].map(([key, value]) => [key, { value }]));

/** Repeated query names are joined with a comma, whatever their case; the last spelling stays. */
function mergeQuery(query: URLSearchParams): [string, string][] {
  const merged = new Map<string, [string, string]>();
  for (const [name, value] of query) {
    const earlier = merged.get(name.toLowerCase());
    merged.set(name.toLowerCase(), [name, earlier === undefined ? value : `${earlier[1]},${value}`]);
  }
  return [...merged.values()];
}

/** Calls an HTTP function; every failure of the handler is an empty 500. */
export async function answerHttp(
  { invoke, log }: { invoke: Invoke; log: LogSink },
  match: RouteMatch,
  request: { message: IncomingMessage; url: URL; body: Buffer },
): Promise<HttpAnswer> {
  const { message, url, body } = request;
  const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  const http: RpcHttp = {
    method: message.method ?? "GET",
    url: url.href,
    nullableHeaders: nullable(headers),
    nullableParams: nullable(Object.entries(match.params)),
    nullableQuery: nullable(mergeQuery(url.searchParams)),
    body: body.length === 0 ? null : { bytes: body },
  };
  const result = await invoke({ function: match.function, trigger: { http } });
  if (result.kind === "threw") {
    log({ level: "error", functionName: match.function.name, message: result.stack });
    return emptyAnswer(500);
  }
  return result.value?.http === undefined ? emptyAnswer(204) : toAnswer(result.value.http);
}

function toAnswer(http: RpcHttp): HttpAnswer {
  const cookies = (http.cookies ?? []).map(formatCookie);
  const headers: Record<string, string | readonly string[]> = { ...http.headers };
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  const status = Number(http.statusCode ?? 200);
  return { status, headers, body: http.body?.bytes ?? Buffer.from(http.body?.string ?? "") };
}

/** The wire's "none" means that the attribute was not given. */
const SAME_SITE: Readonly<Record<string, string>> = { lax: "lax", strict: "strict", explicitNone: "none" };

/** An attribute without a value. */
const flag = (value: { value: boolean } | undefined): "" | undefined => (value?.value === true ? "" : undefined);

/** One Set-Cookie header, with the attributes in the order that the real host writes them. */
function formatCookie(cookie: RpcCookie): string {
  const expires = cookie.expires && new Date(cookie.expires.value.seconds * 1000).toUTCString();
  const attributes: [string, string | number | undefined][] = [
    [cookie.name, encodeURIComponent(cookie.value)],
    ["expires", expires],
    ["max-age", cookie.maxAge?.value],
    ["domain", cookie.domain?.value],
    ["path", cookie.path?.value ?? "/"],
    ["secure", flag(cookie.secure)],
    ["samesite", SAME_SITE[cookie.sameSite ?? "none"]],
    ["httponly", flag(cookie.httpOnly)],
  ];
  return attributes
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (value === "" && name !== cookie.name ? name : `${name}=${value}`))
    .join("; ");
}

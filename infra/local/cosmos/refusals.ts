// Requests that this store would answer differently from Azure Cosmos DB: refused, so that nobody builds on them.
import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";

type Refusal = { status: number; code: string; message: string };

/** Azure's limit of one document. */
const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024;

const Query = z.object({ query: z.string() });
const UNSUPPORTED_QUERY: readonly [RegExp, string][] = [
  [/\boffset\s+\S+\s+limit\b/i, "OFFSET … LIMIT"],
  [/\bgroup\s+by\b/i, "GROUP BY"],
  [/\bselect\s+distinct\b/i, "DISTINCT"],
  [/\slike\s/i, "LIKE"],
];

const notLocally = (what: string): Refusal => ({
  status: 400,
  code: "BadRequest",
  message: `${what} is not supported by the local Cosmos DB: it would not behave as in Azure.`,
});

/** The reason to refuse a request, or undefined. */
export function refusalOf(request: {
  method: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}): Refusal | undefined {
  const { headers } = request;
  if (headers["x-ms-cosmos-is-batch-request"] !== undefined) return notLocally("A transactional or bulk batch");
  if (headers["a-im"] !== undefined) return notLocally("The change feed");
  if (headers["if-none-match"] !== undefined) return notLocally("If-None-Match");
  if (request.body.byteLength > MAX_DOCUMENT_BYTES) {
    return {
      status: 413,
      code: "RequestEntityTooLarge",
      message: "Request size is too large: a document holds at most 2 MB.",
    };
  }
  if (request.method !== "POST" && request.method !== "PUT") return undefined;
  return refusalOfBody(request.body);
}

function refusalOfBody(body: Buffer): Refusal | undefined {
  let content: unknown;
  try {
    content = JSON.parse(body.toString("utf8"));
  } catch {
    return { status: 400, code: "BadRequest", message: "The request body is not JSON." };
  }
  const query = Query.safeParse(content);
  if (!query.success) return undefined;
  // Text in quotes is data, not syntax.
  const syntax = query.data.query.replaceAll(/"[^"]*"|'[^']*'/g, "''");
  const found = UNSUPPORTED_QUERY.find(([pattern]) => pattern.test(syntax));
  return found === undefined ? undefined : notLocally(found[1]);
}

import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { triageLogs as triage } from "../../shared/logs/triage.ts";
import { answer, invalid, jsonBody, problem } from "../problem.ts";

/** Longer logs are for the command `npx pgmedic logs FILE`, which streams them. */
const LIMIT_BYTES = 20 * 2 ** 20;
const MOST_FINDINGS = 50;
const LogText = z.strictObject({ text: z.string().min(1), prefix: z.string().max(200).optional() });

/** `POST /api/logs/triage`: a log, or lines of one, in; what it comes to, the worst first, out. */
export async function triageLogs(request: HttpRequest): Promise<HttpResponseInit> {
  const body = await jsonBody(request, LIMIT_BYTES);
  if (!body.ok) return body.response;
  const wish = LogText.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const bytes = Buffer.from(wish.data.text);
  const { prefix } = wish.data;
  try {
    const found = await triage([{ name: "text", size: bytes.byteLength, chunks: once(bytes) }], {
      most: MOST_FINDINGS,
      ...(prefix === undefined ? {} : { prefix }),
    });
    return answer(200, found);
  } catch (failure) {
    if (failure instanceof RangeError) return problem(400, "bad-prefix", { title: failure.message });
    throw failure;
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

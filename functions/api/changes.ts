import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { answer } from "../problem.ts";
import { services } from "../services.ts";

/** `GET /api/changes?since=<cursor>`: what changed since, answered at once. Without a cursor only the cursor of now. */
export async function readChanges(request: HttpRequest): Promise<HttpResponseInit> {
  const since = request.query.get("since");
  return answer(200, await services().changes.since(since));
}

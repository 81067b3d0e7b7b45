import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { readPlaybook } from "../../shared/adapters/playbooks.ts";
import { PlaybookList } from "../../shared/contracts/playbook.ts";
import { knownPlaybooks } from "../known-playbooks.ts";
import { answer, answerAs, invalid, jsonBody, problem } from "../problem.ts";

/** `GET /api/playbooks`: PgMedic's own and a user's, by name. */
export function listPlaybooks(): Promise<HttpResponseInit> {
  const playbooks = [...knownPlaybooks().values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.resolve(answerAs(PlaybookList, 200, { playbooks }));
}

const Text = z.strictObject({ text: z.string().min(1).max(50_000) });

/** `POST /api/playbooks/validate`: whether a text is a playbook, and if not, every field that is wrong. */
export async function validatePlaybook(request: HttpRequest): Promise<HttpResponseInit> {
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = Text.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const read = readPlaybook("the text", wish.data.text);
  return read.ok
    ? answer(200, { playbook: read.playbook })
    : problem(422, "no-playbook", { title: "This is no playbook", detail: read.problem });
}

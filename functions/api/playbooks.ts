import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { readPlaybook } from "../../shared/adapters/playbooks.ts";
import {
  PlaybookCheck,
  PlaybookCheckRequest,
  PlaybookEdit,
  PlaybookList,
} from "../../shared/contracts/playbook-edit.ts";
import { viewsOf } from "../../shared/core/playbook-views.ts";
import { playbookBooks } from "../known-playbooks.ts";
import { judge } from "../judge-playbook.ts";
import { answerAs, invalid, jsonBody } from "../problem.ts";
import { services } from "../services.ts";
import { answerWith, noPlaybook, unknownPlaybook } from "./playbook-answers.ts";

/** `GET /api/playbooks`: what is in force, by name, with where each comes from; and names that have none any more. */
export async function listPlaybooks(): Promise<HttpResponseInit> {
  return answerAs(PlaybookList, 200, viewsOf(await playbookBooks()));
}

/** `GET /api/playbooks/{name}`: its text, who changed it and when, and which earlier versions are kept. */
export function readPlaybookText(request: HttpRequest): Promise<HttpResponseInit> {
  return answerWith(request.params["name"] ?? "");
}

/** `GET /api/playbooks/{name}/versions/{version}`: what people wrote then. */
export async function readPlaybookVersion(request: HttpRequest): Promise<HttpResponseInit> {
  const kept = await services().playbookEdits.earlier(request.params["name"] ?? "");
  const wanted = kept.find(({ version }) => String(version) === request.params["version"]);
  return wanted === undefined ? unknownPlaybook() : answerAs(PlaybookEdit, 200, wanted);
}

/** `POST /api/playbooks/validate`: whether a text may be saved; if not, every field that is wrong, else what is worth knowing. */
export async function validatePlaybook(request: HttpRequest): Promise<HttpResponseInit> {
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = PlaybookCheckRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const read = readPlaybook("the text", wish.data.text);
  if (!read.ok) return noPlaybook(read.errors, read.problem);
  const { playbook } = read;
  const { errors, warnings } = await judge({ name: wish.data.name ?? playbook.name, playbook }, await playbookBooks());
  return errors.length > 0 ? noPlaybook(errors) : answerAs(PlaybookCheck, 200, { playbook, warnings });
}

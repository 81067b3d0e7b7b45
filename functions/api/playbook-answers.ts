import type { HttpResponseInit } from "@azure/functions";
import { type FieldProblem, PlaybookDetail } from "../../shared/contracts/playbook-edit.ts";
import { detailOf } from "../../shared/core/playbook-views.ts";
import { knownPlaybooks, playbookBooks } from "../known-playbooks.ts";
import { answerAs, problem } from "../problem.ts";
import { services } from "../services.ts";

export const unknownPlaybook = (): HttpResponseInit =>
  problem(404, "unknown-playbook", { title: "There is no such playbook", detail: "GET /api/playbooks lists them." });

/** The refusal of a wish for a playbook that is not in force, with those that are; null for one that is. */
export async function refusedPlaybook(name: string): Promise<HttpResponseInit | null> {
  const playbooks = await knownPlaybooks();
  if (playbooks.has(name)) return null;
  return problem(422, "unknown-playbook", {
    title: `There is no playbook "${name}"`,
    detail: `There are: ${[...playbooks.keys()].toSorted().join(", ")}.`,
  });
}

/** A text that is no playbook, or may not stand: each field with what is wrong. */
export const noPlaybook = (errors: FieldProblem[], detail = inLines(errors)): HttpResponseInit =>
  problem(422, "no-playbook", { title: "This is no playbook that may be saved", detail, errors });

export const inLines = (errors: readonly FieldProblem[]): string =>
  errors.map(({ path, message }) => `${path}: ${message}`).join("\n");

/** One playbook as it is now, with what is worth knowing of what was just saved. */
export async function answerWith(name: string, warnings: FieldProblem[] = []): Promise<HttpResponseInit> {
  const book = (await playbookBooks()).get(name);
  if (book === undefined) return unknownPlaybook();
  return answerAs(PlaybookDetail, 200, detailOf(book, await services().playbookEdits.earlier(name), warnings));
}

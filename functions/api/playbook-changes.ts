import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { readPlaybook } from "../../shared/adapters/playbooks.ts";
import { Playbook } from "../../shared/contracts/playbook.ts";
import { type FieldProblem, PlaybookRequest } from "../../shared/contracts/playbook-edit.ts";
import type { Book } from "../../shared/core/playbooks-in-force.ts";
import { judge } from "../judge-playbook.ts";
import { playbookBooks, playbookFiles } from "../known-playbooks.ts";
import { invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { answerWith, inLines, noPlaybook, unknownPlaybook } from "./playbook-answers.ts";
import { actorOf, type Person } from "./principal.ts";

/** `PUT /api/playbooks/{name}`: adds a playbook or replaces its text, if nobody changed it since the version that was edited. */
export async function putPlaybook(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const name = request.params["name"] ?? "";
  const isName = Playbook.shape.name.safeParse(name);
  if (!isName.success) return noPlaybook([{ path: "name", message: isName.error.issues[0]?.message ?? "" }]);
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = PlaybookRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const { text, version } = wish.data;
  const read = readPlaybook("the text", text);
  if (!read.ok) return noPlaybook(read.errors, read.problem);
  const books = await playbookBooks();
  const { errors, warnings } = await judge({ name, playbook: read.playbook }, books);
  if (errors.length > 0) return noPlaybook(errors);
  return saved(person, { book: books.get(name), name, version, text, warnings });
}

/**
 * `DELETE /api/playbooks/{name}?version=`: what people wrote goes. In its place comes what PgMedic or the folder has of the name; one that only
 * people wrote is no more. Its versions stay, so that it can be brought back.
 */
export async function deletePlaybook(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const name = request.params["name"] ?? "";
  const books = await playbookBooks();
  const book = books.get(name);
  if (book === undefined) return unknownPlaybook();
  if (book.edit === null || book.edit.text === null) {
    if (book.problem !== null) return newerWrote(book);
    return problem(409, "not-edited", {
      title: `Nobody changed ${name} here`,
      detail: "What PgMedic or a folder of the installation brings stays. Edit it to have it look at something else.",
    });
  }
  const version = Number(request.query.get("version"));
  const filed = playbookFiles().get(name)?.playbook ?? null;
  const { errors, warnings } = await judge({ name, playbook: filed }, books);
  if (errors.length > 0)
    return problem(422, "playbook-in-use", { title: `${name} is still needed`, detail: inLines(errors), errors });
  return saved(person, { book, name, version, text: null, warnings });
}

type Wish = {
  book: Book | undefined;
  name: string;
  version: number;
  text: string | null;
  warnings: FieldProblem[];
};

async function saved(person: Person, { book, name, version, text, warnings }: Wish): Promise<HttpResponseInit> {
  if (book !== undefined && book.problem !== null && book.edit === null) return newerWrote(book);
  const { playbookEdits, now } = services();
  const by = actorOf(person);
  const next = { name, version: version + 1, text, by, at: now().toISOString() };
  if ((await playbookEdits.write(next)) === "changed") return changedMeanwhile(name, version);
  return answerWith(name, warnings);
}

const newerWrote = ({ name, problem: because }: Book): HttpResponseInit =>
  problem(409, "newer-playbook", {
    title: `${name} was written by a newer version of PgMedic`,
    detail: `${because ?? ""} Change it with that version.`,
  });

async function changedMeanwhile(name: string, version: number): Promise<HttpResponseInit> {
  const edit = (await playbookBooks()).get(name)?.edit ?? null;
  const who = edit?.by.kind === "person" ? `by ${edit.by.name} ` : "";
  const what = edit === null ? "It has no version here" : `It is at version ${edit.version}, ${who}at ${edit.at}`;
  return problem(412, "playbook-changed", {
    title: `${name} was changed meanwhile`,
    detail: `${what}; you edited version ${version}. Keep your text, read what stands there now, and save it on top of that.`,
  });
}

import type { HttpResponseInit } from "@azure/functions";
import type { z } from "zod";
import type { FieldProblem, PlaybookDetail, PlaybookList } from "../../shared/contracts/playbook-edit.ts";
import type { Book } from "../../shared/core/playbooks-in-force.ts";
import { playbookBooks } from "../known-playbooks.ts";
import { problem } from "../problem.ts";
import { services } from "../services.ts";

export const unknownPlaybook = (): HttpResponseInit =>
  problem(404, "unknown-playbook", { title: "There is no such playbook", detail: "GET /api/playbooks lists them." });

/** A text that is no playbook, or may not stand: each field with what is wrong. */
export const noPlaybook = (errors: FieldProblem[], detail = inLines(errors)): HttpResponseInit =>
  problem(422, "no-playbook", { title: "This is no playbook that may be saved", detail, errors });

export const inLines = (errors: readonly FieldProblem[]): string =>
  errors.map(({ path, message }) => `${path}: ${message}`).join("\n");

const changeOf = ({ edit, problem: because }: Book) => ({
  version: edit?.version ?? 0,
  by: edit?.by ?? null,
  at: edit?.at ?? null,
  problem: because,
});
const byName = (a: Book, b: Book): number => (a.name < b.name ? -1 : 1);

/** Every playbook in force, and the names that have none any more. */
export function viewsOf(books: ReadonlyMap<string, Book>): z.infer<typeof PlaybookList> {
  const sorted = [...books.values()].toSorted(byName);
  return {
    playbooks: sorted.flatMap((book) =>
      book.inForce === null
        ? []
        : [{ ...book.inForce.playbook, origin: book.inForce.origin, replaces: book.replaces, ...changeOf(book) }],
    ),
    past: sorted.filter(({ inForce }) => inForce === null).map((book) => ({ name: book.name, ...changeOf(book) })),
  };
}

/** One playbook with its text and its earlier versions; null for a name that never was one. */
export async function detailOf(name: string, warnings: FieldProblem[] = []): Promise<PlaybookDetail | null> {
  const book = (await playbookBooks()).get(name);
  if (book === undefined) return null;
  const earlier = await services().playbookEdits.earlier(name);
  return {
    name,
    ...changeOf(book),
    origin: book.inForce?.origin ?? null,
    replaces: book.replaces,
    title: book.inForce?.playbook.title ?? null,
    text: book.inForce?.text ?? null,
    unusedText: book.problem === null ? null : (book.edit?.text ?? null),
    versions: earlier.map(({ version, by, at, text }) => ({ version, by, at, isRemoval: text === null })),
    warnings,
  };
}

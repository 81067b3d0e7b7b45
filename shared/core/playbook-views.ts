import type { z } from "zod";
import type { FieldProblem, PlaybookDetail, PlaybookEdit, PlaybookList } from "../contracts/playbook-edit.ts";
import type { Book } from "./playbooks-in-force.ts";

const changeOf = ({ edit, problem }: Book) => ({
  version: edit?.version ?? 0,
  by: edit?.by ?? null,
  at: edit?.at ?? null,
  problem,
});

/** Every playbook in force, by name, and the names that have none any more. */
export function viewsOf(books: ReadonlyMap<string, Book>): z.infer<typeof PlaybookList> {
  const sorted = [...books.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    playbooks: sorted.flatMap((book) =>
      book.inForce === null
        ? []
        : [{ ...book.inForce.playbook, origin: book.inForce.origin, replaces: book.replaces, ...changeOf(book) }],
    ),
    past: sorted.filter(({ inForce }) => inForce === null).map((book) => ({ name: book.name, ...changeOf(book) })),
  };
}

/** One playbook with its text and what is kept of its earlier versions. */
export function detailOf(book: Book, earlier: readonly PlaybookEdit[], warnings: FieldProblem[] = []): PlaybookDetail {
  return {
    name: book.name,
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

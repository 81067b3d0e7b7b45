import type { FiledPlaybook, Playbook } from "../contracts/playbook.ts";
import type { FollowedPlaybook, PlaybookEdit, PlaybookOrigin } from "../contracts/playbook-edit.ts";
import { digest } from "./digest.ts";

type Read = (text: string) => { ok: true; playbook: Playbook } | { ok: false; problem: string };

/** A name that stands for a playbook, or did: what is in force, and what people made of it. */
export type Book = {
  name: string;
  /** Null where no playbook of the name is in force. */
  inForce: { origin: PlaybookOrigin; playbook: Playbook; text: string } | null;
  replaces: FiledPlaybook["origin"] | null;
  /** The newest change; null where nobody changed it, or this version cannot read it. */
  edit: PlaybookEdit | null;
  /** Why what people wrote is not in force. */
  problem: string | null;
};

export type Change = { edits: readonly PlaybookEdit[]; unreadable: readonly string[] };

/**
 * What is in force of the files' playbooks and of what people made of them. An edit that this version cannot read or use is passed over: the
 * file's playbook is followed in its place, and the book says so.
 */
export function playbooksInForce(
  files: ReadonlyMap<string, FiledPlaybook>,
  { edits, unreadable }: Change,
  read: Read,
): ReadonlyMap<string, Book> {
  const books = new Map<string, Book>();
  for (const [name, filed] of files)
    books.set(name, { name, inForce: filed, replaces: null, edit: null, problem: null });
  for (const edit of edits) books.set(edit.name, edited(edit, files.get(edit.name) ?? null, read));
  for (const name of unreadable) {
    const problem = `A newer version of PgMedic wrote it, and this one cannot read it. ${insteadOf(files.get(name))}`;
    books.set(name, { name, inForce: files.get(name) ?? null, replaces: null, edit: null, problem });
  }
  return books;
}

function edited(edit: PlaybookEdit, filed: FiledPlaybook | null, readText: Read): Book {
  const { name, text } = edit;
  if (text === null) return { name, inForce: filed, replaces: null, edit, problem: null };
  const read = readText(text);
  if (read.ok && read.playbook.name === name) {
    const inForce = { origin: "edited", playbook: read.playbook, text } as const;
    return { name, inForce, replaces: filed?.origin ?? null, edit, problem: null };
  }
  const because = read.ok ? `it names itself ${read.playbook.name}` : read.problem;
  const problem = `This version of PgMedic cannot use what was written: ${because}. ${insteadOf(filed ?? undefined)}`;
  return { name, inForce: filed, replaces: null, edit, problem };
}

const insteadOf = (filed: FiledPlaybook | undefined): string => {
  if (filed === undefined) return "No playbook of this name is in force.";
  return filed.origin === "own" ? "PgMedic's own is followed in its place." : "The folder's is followed in its place.";
};

/** The playbooks alone, by name. */
export function playbooksOfBooks(books: ReadonlyMap<string, Book>): ReadonlyMap<string, Playbook> {
  return new Map(
    [...books].flatMap(([name, { inForce }]) => (inForce === null ? [] : [[name, inForce.playbook] as const])),
  );
}

/** Which text of a playbook an investigation follows. Null for a name that none has. */
export function followed(books: ReadonlyMap<string, Book>, name: string): FollowedPlaybook | null {
  const book = books.get(name);
  if (book === undefined || book.inForce === null) return null;
  const { origin, text } = book.inForce;
  return { name, origin, version: origin === "edited" ? (book.edit?.version ?? 0) : 0, digest: digest(text) };
}

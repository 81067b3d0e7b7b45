// Playbooks in memory: the API's own rules of what is in force, with texts and versions that a test may change behind a page's back.
import { readPlaybook } from "../../../shared/adapters/playbooks.ts";
import type { Playbook } from "../../../shared/contracts/playbook.ts";
import {
  type FieldProblem,
  PlaybookCheckRequest,
  type PlaybookEdit,
  PlaybookRequest,
} from "../../../shared/contracts/playbook-edit.ts";
import { type Book, playbooksInForce } from "../../../shared/core/playbooks-in-force.ts";
import { detailOf, viewsOf } from "../../../shared/core/playbook-views.ts";
import { ada, aPlaybook, fromNow } from "./data.ts";

const textOf = ({ name, title }: Playbook): string => `# As PgMedic brings it.
name: ${name}
title: ${title}
description: Looks at everything.
alerts: {}
symptom: any
diagnostics: [activity]
causes: [missing_index]
`;

type Answer = { status: number; body: unknown };
const refused = (status: number, title: string, errors?: FieldProblem[]): Answer => ({
  status,
  body: { type: `https://pgmedic.dev/problems/${status}`, title, status, detail: title, errors },
});

export class FakePlaybooks {
  /** What a text that may be saved is warned of. */
  warnings: FieldProblem[] = [];
  #files = new Map(
    [aPlaybook(), aPlaybook({ name: "dailySummary", title: "The day in short" })].map((playbook) => [
      playbook.name,
      { origin: "own", playbook, text: textOf(playbook) } as const,
    ]),
  );
  #edits = new Map<string, PlaybookEdit[]>();

  #versions = (name: string): PlaybookEdit[] => this.#edits.get(name) ?? [];
  #books(): ReadonlyMap<string, Book> {
    const edits = [...this.#edits.values()].flatMap((versions) => versions.slice(0, 1));
    return playbooksInForce(this.#files, { edits, unreadable: [] }, (text) => readPlaybook("the text", text));
  }

  /** The text in force; null for none. */
  textOf = (name: string): string | null => this.#books().get(name)?.inForce?.text ?? null;

  /** Saves as Ada, whatever stood there. */
  write(name: string, text: string | null): void {
    const versions = this.#versions(name);
    this.#edits.set(name, [{ name, version: versions.length + 1, text, by: ada, at: fromNow(0) }, ...versions]);
  }

  /** Answers what is below `/api/playbooks`. */
  answer(method: string, [, name, , version]: readonly string[], body: unknown): Answer {
    if (name === undefined) return { status: 200, body: viewsOf(this.#books()) };
    if (method === "POST") return this.#check(PlaybookCheckRequest.parse(body).text);
    if (method === "PUT") return this.#save(name, PlaybookRequest.parse(body));
    if (method === "DELETE") this.write(name, null);
    const kept = this.#versions(name);
    if (version !== undefined) return { status: 200, body: kept.find((edit) => String(edit.version) === version) };
    return this.#one(name);
  }

  #one(name: string): Answer {
    const book = this.#books().get(name);
    if (book === undefined) return refused(404, "There is no such playbook");
    return { status: 200, body: detailOf(book, this.#versions(name).slice(1)) };
  }

  #save(name: string, { text, version }: { text: string; version: number }): Answer {
    if (version !== this.#versions(name).length) return refused(412, `${name} was changed meanwhile`);
    const check = this.#check(text);
    if (check.status !== 200) return check;
    this.write(name, text);
    return this.#one(name);
  }

  #check(text: string): Answer {
    const read = readPlaybook("the text", text);
    if (read.ok) return { status: 200, body: { playbook: read.playbook, warnings: this.warnings } };
    return refused(422, "This is no playbook that may be saved", read.errors);
  }
}

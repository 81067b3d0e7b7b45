import { expect, test } from "vitest";
import { filedPlaybooks, readPlaybook } from "../../../shared/adapters/playbooks.ts";
import type { PlaybookEdit } from "../../../shared/contracts/playbook-edit.ts";
import { digest } from "../../../shared/core/digest.ts";
import { followed, playbooksInForce, playbooksOfBooks } from "../../../shared/core/playbooks-in-force.ts";
import { ANN, NOW } from "../../support/incidents.ts";

const files = filedPlaybooks(undefined);
const NAME = "investigateHighCPU";
const textOf = (name: string): string => files.get(name)?.text ?? "";
const anEdit = (wish: Partial<PlaybookEdit> = {}): PlaybookEdit => ({
  name: NAME,
  version: 3,
  text: `# ours: ask Bob first\n${textOf(NAME).replace("The processor is busy", "Our processor is busy")}`,
  by: ANN,
  at: NOW.toISOString(),
  ...wish,
});
const inForce = (edits: PlaybookEdit[], unreadable: string[] = []) =>
  playbooksInForce(files, { edits, unreadable }, (text) => readPlaybook("the text", text));

test("an edit stands in place of what PgMedic brings, with its comments, and says what it replaces", () => {
  const edit = anEdit();
  const books = inForce([edit]);
  expect(books.get(NAME)).toMatchObject({
    inForce: { origin: "edited", text: edit.text, playbook: { title: "Our processor is busy" } },
    replaces: "own",
    problem: null,
  });
  expect(books.size).toBe(files.size);
  expect(followed(books, NAME)).toEqual({ name: NAME, origin: "edited", version: 3, digest: digest(edit.text) });
  expect(followed(books, "tuneSettings")).toMatchObject({ origin: "own", version: 0 });
});

test("what people took away gives place to PgMedic's own; what only they wrote is no more", () => {
  const name = "checkoutIsSlow";
  const text = textOf(NAME).replace(NAME, name);
  expect(inForce([anEdit({ name, text })]).get(name)).toMatchObject({ inForce: { origin: "edited" }, replaces: null });
  const books = inForce([anEdit({ text: null }), anEdit({ name, text: null })]);
  expect(books.get(NAME)?.inForce).toMatchObject({ origin: "own", text: textOf(NAME) });
  expect(books.get(name)).toMatchObject({ inForce: null, edit: { version: 3 } });
  expect(playbooksOfBooks(books).has(name)).toBe(false);
  expect(followed(books, name)).toBeNull();
});

test.each([
  ["no YAML", "causes: [", /cannot use what was written/],
  ["a cause that this version does not know", textOf(NAME).replace("- missing_index", "- gremlins"), /causes\.0/],
  ["a field that this version does not know", `${textOf(NAME)}\nurgency: high\n`, /urgency/],
  ["another name than it is kept under", textOf("tuneSettings"), /it names itself tuneSettings/],
])("an edit that is %s stops nothing: PgMedic's own is followed, and that is said", (_what, text, because) => {
  const book = inForce([anEdit({ text })]).get(NAME);
  expect(book?.inForce).toMatchObject({ origin: "own", text: textOf(NAME) });
  expect(book?.problem).toMatch(because);
  expect(book?.problem).toContain("PgMedic's own is followed in its place");
  expect(book?.edit?.text).toBe(text);
});

test("a document that a newer version wrote counts as not there, and is named", () => {
  const books = inForce([], [NAME, "ofTomorrow"]);
  expect(books.get(NAME)).toMatchObject({ inForce: { origin: "own" }, edit: null });
  expect(books.get(NAME)?.problem).toMatch(/A newer version of PgMedic wrote it/);
  expect(books.get("ofTomorrow")).toMatchObject({ inForce: null });
  expect(playbooksOfBooks(books).size).toBe(files.size);
});

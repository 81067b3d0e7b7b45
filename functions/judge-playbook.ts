import { DIAGNOSTIC_NAMES } from "../shared/catalogue/diagnostic-names.ts";
import { judgeChange, type Judgement, type PlaybookChange } from "../shared/core/playbook-rules.ts";
import { type Book, playbooksOfBooks } from "../shared/core/playbooks-in-force.ts";
import { broughtPlaybooks } from "./known-playbooks.ts";
import { services } from "./services.ts";

/** Holds a change of a playbook against all that is there: the other playbooks, the diagnostics, the schedules. */
export async function judge(change: PlaybookChange, books: ReadonlyMap<string, Book>): Promise<Judgement> {
  const { schedules } = await services().schedules.list();
  return judgeChange(change, {
    before: playbooksOfBooks(books),
    brought: broughtPlaybooks(),
    diagnostics: DIAGNOSTIC_NAMES,
    schedules,
  });
}

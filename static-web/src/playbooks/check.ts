import { signal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Problem } from "../../../shared/contracts/api.ts";
import type { FieldProblem } from "../../../shared/contracts/playbook-edit.ts";
import { adviceFor } from "../api.ts";
import { playbookApi } from "./playbook-api.ts";

/** What is known of a text: nothing yet, that it may be saved, or what is wrong with it. */
export type Checked =
  | { status: "none" }
  | { status: "checking" }
  | { status: "good"; warnings: readonly FieldProblem[] }
  | { status: "bad"; errors: readonly FieldProblem[] };

/** Long enough that a word is finished, short enough that one waits for the answer. */
const PAUSE_MS = 600;

/** Field by field what a problem names, or the problem itself. */
export function errorsIn(problem: Problem): readonly FieldProblem[] {
  if (problem.errors !== undefined && problem.errors.length > 0) return problem.errors;
  return [{ path: problem.title, message: problem.detail ?? adviceFor(problem) }];
}

/** The same in words, a line for each. */
export const linesIn = (problem: Problem): string[] =>
  errorsIn(problem).map(({ path, message }) => `${path}: ${message}`);

/** Has the API judge a text after a pause in the typing; null for a text that nobody is changing. */
export function useCheck(text: string | null, name: string | null): ReadonlySignal<Checked> {
  const checked = useMemo(() => signal<Checked>({ status: "none" }), []);
  useEffect(() => {
    if (text === null) {
      checked.value = { status: "none" };
      return undefined;
    }
    checked.value = { status: "checking" };
    let isOvertaken = false;
    const timer = setTimeout(() => {
      void playbookApi.check({ text, ...(name === null ? {} : { name }) }).then((answer) => {
        if (isOvertaken) return;
        checked.value = answer.ok
          ? { status: "good", warnings: answer.value.warnings }
          : { status: "bad", errors: errorsIn(answer.problem) };
      });
    }, PAUSE_MS);
    return () => {
      isOvertaken = true;
      clearTimeout(timer);
    };
  }, [text, name]);
  return checked;
}

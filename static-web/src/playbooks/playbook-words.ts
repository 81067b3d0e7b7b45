import type { PlaybookDetail, PlaybookView } from "../../../shared/contracts/playbook-edit.ts";
import type { Label } from "../labels.ts";

type Known = Pick<PlaybookDetail, "origin" | "replaces" | "problem">;

/** Where a playbook comes from, in a word. */
export function originOf({ origin, replaces, problem }: Known): Label {
  if (problem !== null) return { text: "Edit not in force", tone: "bad" };
  switch (origin) {
    case null:
      return { text: "Taken away", tone: "neutral" };
    case "own":
      return { text: "PgMedic's", tone: "neutral" };
    case "folder":
      return { text: "From your folder", tone: "busy" };
    case "edited":
      return replaces === null ? { text: "Added", tone: "good" } : { text: "Edited", tone: "auto" };
  }
}

/** Which alerts a playbook answers, in a sentence. */
export function answersOf({ alerts }: Pick<PlaybookView, "alerts">): string {
  const parts = [
    ...(alerts.metrics.length === 0 ? [] : [`the metrics ${alerts.metrics.join(", ")}`]),
    ...(alerts.ruleWords.length === 0 ? [] : [`rules whose name has ${alerts.ruleWords.join(", ")}`]),
  ];
  return parts.length === 0 ? "Answers no alert of its own" : `Answers ${parts.join(", and ")}`;
}

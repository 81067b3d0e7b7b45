import type { JSX } from "preact";
import type { InstructionTerms } from "../../../shared/contracts/instruction.ts";
import { whenInWords, whereInWords } from "./in-words.ts";
import { formatBytes, formatInstant } from "../format.ts";
import { ACTIONS } from "../labels.ts";
import { Facts, type Fact } from "../ui/facts.tsx";

/** The terms of a standing instruction, as a person checks them. */
export function Terms({ terms }: { terms: InstructionTerms }): JSX.Element {
  const facts: Fact[] = [
    { name: "May do", value: ACTIONS[terms.kind] },
    { name: "Where", value: whereInWords(terms.scope) },
    { name: "Tables up to", value: formatBytes(terms.maxTableBytes) },
    { name: "When", value: whenInWords(terms.window) },
    { name: "At most", value: terms.maxPerDay === 1 ? "once a day" : `${terms.maxPerDay} times a day` },
    { name: "Until", value: formatInstant(terms.expiresAt) },
  ];
  return <Facts facts={facts} />;
}

import { computeSize } from "../../contracts/compute-sizes.ts";
import type { ActionEntry } from "./entry.ts";

function sizeInWords(name: string): string {
  const size = computeSize(name);
  if (size === null) return name;
  return `${name} (${size.vCores} ${size.vCores === 1 ? "vCore" : "vCores"}, ${size.memoryGiB} GiB)`;
}

/** Gives the server the next larger machine, through Azure Resource Manager. It restarts, which ends every session: two people decide. */
export const scaleCompute: ActionEntry<"scale_compute"> = {
  kind: "scale_compute",
  riskClass: "R3",
  isDestructive: true,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "platform",
  lock: "the server restarts on another machine: every session ends, and nobody can connect for seconds up to minutes",
  statements: () => [],
  inWords: ({ from, to }) => `Azure compute size: ${sizeInWords(from)} → ${sizeInWords(to)}`,
  inverse: ({ from, to }) => ({ kind: "scale_compute", parameters: { from: to, to: from } }),
  migration: () => null,
};

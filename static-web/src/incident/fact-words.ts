import type { Evidence } from "../../../shared/contracts/diagnosis.ts";
import { formatBytes, formatFigure, formatMs, formatPercent, formatShare } from "../format.ts";

type FactValue = Evidence["facts"][string];

// A fact's name ends in its unit, as names do everywhere in the contracts.
const UNITS: readonly { ending: RegExp; says: string; format: (value: number) => string }[] = [
  { ending: /Ms$/, says: "Time", format: formatMs },
  { ending: /Percent$/, says: "", format: formatPercent },
  { ending: /[bB]ytes$/, says: "Size", format: formatBytes },
  { ending: /[sS]hare$/, says: "Share", format: formatShare },
];

/** A fact's name and value as a person reads them: `meanMs: 391` as mean time, 391 ms. */
export function factInWords(name: string, value: FactValue): { name: string; value: string } {
  const unit = UNITS.find(({ ending }) => ending.test(name));
  const words = (unit === undefined ? name : name.replace(unit.ending, unit.says))
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase()
    .replace(/\bcpu\b/, "CPU");
  return { name: words, value: textOf(value, unit?.format ?? formatFigure) };
}

function textOf(value: FactValue, format: (value: number) => string): string {
  if (typeof value === "number") return format(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value ?? "unknown";
}

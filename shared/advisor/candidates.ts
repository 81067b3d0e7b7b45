import { type IndexExpression, type IndexKey, type IndexShape, plainShape } from "../contracts/index-shape.ts";
import { indexText, keyText } from "../core/index-text.ts";
import { coveringShapes, keyLists } from "./btree-shapes.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import { ginShapes } from "./gin-shapes.ts";
import { partialShapes } from "./partial-shapes.ts";
import { type Condition, newScan, type Scan } from "./scan.ts";

export { coveringIndex } from "./existing-index.ts";
export { estimatedBytes } from "./index-size.ts";

/** An index that might help, not yet tried. */
export type Candidate = { table: CatalogTable; shape: IndexShape };

/** Two candidates with the same text are the same index. */
export const candidateName = ({ table, shape }: Candidate): string => indexText(table.schema, table.table, shape);

/** What a scan asks for: sets of indexes that help together (nearly all have one member), and what no index can do for it. */
export type Ideas = { sets: Candidate[][]; refused: { what: string; because: string }[] };

/** Everything that might help one scan, in a deterministic order. */
export function ideasFor(scan: Scan, catalog: Catalog): Ideas {
  const { table } = scan;
  const lists = keyLists(scan, catalog);
  const gin = ginShapes(scan, catalog);
  const searching = lists.filter((keys) => !isOrderAlone(scan, keys));
  const shapes = [
    ...searching.map(plainShape),
    ...coveringShapes(scan, searching),
    ...partialShapes(scan, lists),
    ...gin.flatMap((one) => ("shape" in one ? one.shape : [])),
  ];
  return {
    sets: [...shapes.map((shape) => [{ table, shape }]), ...alternativeSets(scan, catalog)],
    refused: [...scan.refused, ...gin.flatMap((one) => ("shape" in one ? [] : one))],
  };
}

/** Keys in the order wanted, where an equality is to be met as well: a gamble on how soon the first rows that fit come along. */
function isOrderAlone({ conditions, sort, group }: Scan, [first]: readonly IndexKey[]): boolean {
  const isFirst = (target: IndexExpression): boolean =>
    first !== undefined && keyText({ expression: target, direction: "asc" }) === keyText(first);
  return (
    conditions.some(({ how }) => how === "equal" || how === "is null") &&
    sort.some(({ target }) => isFirst(target)) &&
    !group.some(isFirst) &&
    !conditions.some(({ target }) => isFirst(target))
  );
}

/** The candidates of one scan, each once. */
export const candidatesFor = (scan: Scan, catalog: Catalog): Candidate[] => [
  ...new Map(
    ideasFor(scan, catalog)
      .sets.flat()
      .map((candidate) => [candidateName(candidate), candidate]),
  ).values(),
];

/** For an OR on one table: an index for each arm, which the planner combines (documentation, 11.5). */
function alternativeSets(scan: Scan, catalog: Catalog): Candidate[][] {
  return scan.alternatives.flatMap((arms) => {
    const perArm = arms.map((arm) => armCandidate(scan, arm, catalog));
    const found = perArm.flatMap((candidate) => candidate ?? []);
    if (found.length < arms.length) return [];
    return [[...new Map(found.map((candidate) => [candidateName(candidate), candidate])).values()]];
  });
}

function armCandidate({ table }: Scan, arm: readonly Condition[], catalog: Catalog): Candidate | null {
  const scan = { ...newScan(table), conditions: [...arm] };
  const lists = keyLists(scan, catalog).filter((keys: readonly IndexKey[]) => keys.length === 1);
  const shape = lists[0] === undefined ? null : plainShape(lists[0]);
  const other = ginShapes(scan, catalog).flatMap((one) => ("shape" in one ? one.shape : []))[0];
  return shape === null ? (other === undefined ? null : { table, shape: other }) : { table, shape };
}

/** The planner guesses that a document's or a pattern's condition keeps one row in a hundred, mostly far too many (selfuncs.h, DEFAULT_MATCHING_SEL). */
const RATIO_OF_A_GUESS = 0.75;

/** How much cheaper a plan must become by an index: less where the planner only guesses how many rows it finds. */
export const ratioFor = ({ costRatio }: { costRatio: number }, members: readonly { candidate: Candidate }[]): number =>
  members.some(({ candidate }) => candidate.shape.method === "gin") ? Math.max(costRatio, RATIO_OF_A_GUESS) : costRatio;

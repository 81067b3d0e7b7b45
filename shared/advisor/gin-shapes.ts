import type { IndexKey, IndexShape } from "../contracts/index-shape.ts";
import type { Catalog } from "./catalog.ts";
import { likePattern, regularExpression, TRIGRAM_CHARACTERS } from "./patterns.ts";
import type { Condition, Scan } from "./scan.ts";

/** A shape, or why there is none. */
export type Proposed = { shape: IndexShape } | { what: string; because: string };

/** GIN shapes: trigrams for a search inside of text, keys for documents, elements for arrays, words for text search. */
export function ginShapes(scan: Scan, catalog: Catalog): Proposed[] {
  const conditions = [...scan.conditions, ...scan.alternatives.flat(2)];
  return conditions.flatMap((condition) => {
    if (condition.how === "like" || condition.how === "match") return trigrams(condition, catalog);
    return condition.how === "contains" ? elements(condition) : [];
  });
}

const gin = (condition: Condition, operatorClass: Partial<IndexKey> = {}): Proposed[] => {
  const { target } = condition;
  const key: IndexKey =
    target.kind === "column"
      ? { column: target.column, direction: "asc", ...operatorClass }
      : { expression: target, direction: "asc", ...operatorClass };
  return [{ shape: { method: "gin", keys: [key], where: [], include: [] } }];
};

const nameOf = ({ target }: Condition): string => (target.kind === "column" ? target.column : "an expression");

function trigrams(condition: Condition, catalog: Catalog): Proposed[] {
  const what = `a trigram index on ${nameOf(condition)}`;
  const { constant, how, operator } = condition;
  if (typeof constant !== "string") {
    return [
      { what, because: "its pattern is a parameter of which no call was seen: it may begin the text, or be too short" },
    ];
  }
  const pattern = how === "like" || operator === "~~*" ? likePattern(constant) : regularExpression(constant);
  if (pattern.longestRun < TRIGRAM_CHARACTERS) {
    return [
      {
        what,
        because: `its pattern has fewer than ${TRIGRAM_CHARACTERS} characters in a row, which trigrams cannot find`,
      },
    ];
  }
  // A pattern that begins the text is served by a much smaller b-tree.
  if (how === "like" && pattern.isPrefix) return [];
  const extension = catalog.extensions.find(({ name }) => name === "pg_trgm");
  if (extension === undefined || !extension.is_allowed) {
    return [{ what, because: "the extension pg_trgm is not available on this server" }];
  }
  return gin(condition, {
    operatorClass: "gin_trgm_ops",
    operatorClassSchema: extension.schema ?? "public",
  });
}

const RANGES = /range$/;

function elements(condition: Condition): Proposed[] {
  const { type, operator } = condition;
  // The other way round an index would have to know every document that another one contains.
  if (type === "jsonb" && operator !== "<@") {
    const isContainment = operator === "@>" || operator === "@?" || operator === "@@";
    return gin(condition, { operatorClass: isContainment ? "jsonb_path_ops" : "jsonb_ops" });
  }
  if (type?.endsWith("[]") === true || type === "tsvector" || type === "hstore") return gin(condition);
  const because = RANGES.test(type ?? "")
    ? "ranges need a GiST index, which is not offered here"
    : "no index offered here serves this operator";
  return [{ what: `an index for ${operator} on ${nameOf(condition)}`, because }];
}

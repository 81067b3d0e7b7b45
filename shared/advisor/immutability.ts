// Which expressions always give the same result for the same row, by the types that they are used on. PostgreSQL refuses an index
// on any other (documentation, CREATE INDEX; pg_proc.provolatile), and one of them that slipped through would be wrong for ever.

type Known = { type: string | null } | { because: string };

export const TEXT_TYPES: ReadonlySet<string> = new Set(["text", "character varying", "unknown"]);
const ANY_TEXT = new Set([...TEXT_TYPES, "character", "citext", "name"]);
const NUMBERS = new Set(["smallint", "integer", "bigint", "numeric", "real", "double precision"]);
const LOCAL_TIME = "timestamp without time zone";
const ZONED_TIME = "timestamp with time zone";

const isText = (type: string | null | undefined): boolean => type !== null && type !== undefined && ANY_TEXT.has(type);
const isNumber = (type: string | null | undefined): boolean => type !== null && type !== undefined && NUMBERS.has(type);

const ofText = (type: string) => (types: readonly (string | null)[]) => (isText(types[0]) ? { type } : notOn(types[0]));
const notOn = (type: string | null | undefined): { because: string } => ({
  because: `it is not offered in an index on ${type ?? "this type"}`,
});
const dependsOnZone = { because: "its result depends on the session's time zone, so no index can hold it" };

const FUNCTIONS: Readonly<Record<string, (types: readonly (string | null)[]) => Known>> = {
  lower: ofText("text"),
  upper: ofText("text"),
  initcap: ofText("text"),
  btrim: ofText("text"),
  ltrim: ofText("text"),
  rtrim: ofText("text"),
  md5: ofText("text"),
  reverse: ofText("text"),
  left: ofText("text"),
  right: ofText("text"),
  substring: ofText("text"),
  replace: ofText("text"),
  split_part: ofText("text"),
  length: ofText("integer"),
  abs: ([type]) => (isNumber(type) ? { type: type ?? null } : notOn(type)),
  coalesce: ([type]) => ({ type: type ?? null }),
  date: ([type]) => (type === LOCAL_TIME ? { type: "date" } : type === ZONED_TIME ? dependsOnZone : notOn(type)),
  date_trunc: (types) => {
    if (types.length === 2 && types[1] === LOCAL_TIME) return { type: LOCAL_TIME };
    return types[1] === LOCAL_TIME ? notOn(types[1]) : dependsOnZone;
  },
  timezone: ([zone, type]) => {
    if (!isText(zone)) return notOn(zone);
    if (type === ZONED_TIME) return { type: LOCAL_TIME };
    return type === LOCAL_TIME ? { type: ZONED_TIME } : notOn(type);
  },
  // Without its configuration the session's own would decide.
  to_tsvector: (types) =>
    types.length === 2 && isText(types[1])
      ? { type: "tsvector" }
      : { because: "its result depends on the setting default_text_search_config, so no index can hold it" },
  jsonb_extract_path_text: ([type]) => (type === "jsonb" ? { type: "text" } : notOn(type)),
};

/** Functions of PostgreSQL that are often written in conditions and never are immutable there. */
const UNSTABLE: ReadonlySet<string> = new Set([
  "to_char",
  "to_date",
  "to_timestamp",
  "age",
  "format",
  "concat",
  "concat_ws",
  "now",
  "random",
]);

/** The type that a function gives on these types, when an index may hold it; else why not. */
export function functionOn(name: string, types: readonly (string | null)[]): Known {
  const known = FUNCTIONS[name];
  if (known !== undefined) return known(types);
  if (UNSTABLE.has(name))
    return { because: `the result of ${name} depends on more than the row, so no index can hold it` };
  if (name === "extract" || name === "date_part") {
    return types[1] === ZONED_TIME
      ? dependsOnZone
      : { because: `${name} is not offered in an index: compare with a range of times` };
  }
  return { because: `${name} is not one of the functions that indexes are built on here` };
}

/** The type that an operator gives, when an index may hold it; else why not. */
export function operatorOn(operator: string, left: string | null, right: string | null): Known {
  if (operator.length > 1 && operator !== "||") return documentOperator(operator, left);
  if (operator === "||") return isText(left) && isText(right) ? { type: "text" } : notOn(left);
  if (isNumber(left) && isNumber(right)) return { type: left === right ? left : "numeric" };
  if (left === "date" && isNumber(right)) return { type: "date" };
  return left === ZONED_TIME ? dependsOnZone : notOn(left);
}

/** `->`, `->>`, `#>` and `#>>`. */
const documentOperator = (operator: string, left: string | null): Known =>
  left === "jsonb" || left === "json" ? { type: operator.endsWith(">>") ? "text" : left } : notOn(left);

const NUMBER_NAMES = [...NUMBERS];
const TEXT_NAMES = [...ANY_TEXT];
/** Immutable casts by the type that is cast (pg_cast and the types' own input and output functions). */
const CASTS: readonly { from: readonly string[]; to: readonly string[] }[] = [
  { from: NUMBER_NAMES, to: [...NUMBER_NAMES, "text"] },
  { from: TEXT_NAMES, to: [...TEXT_NAMES, "integer", "bigint", "numeric", "boolean", "uuid"] },
  { from: ["boolean", "uuid", "jsonb", "json"], to: ["text"] },
  { from: ["jsonb"], to: [...NUMBER_NAMES, "boolean"] },
  { from: [LOCAL_TIME], to: ["date"] },
];

/** Why an index cannot hold a cast; null when it can. */
export function castTrouble(from: string | null, to: string): string | null {
  if (from === null) return "the type that it casts is not known";
  if (CASTS.some((cast) => cast.from.includes(from) && cast.to.includes(to))) return null;
  if (from === ZONED_TIME && ["date", LOCAL_TIME, "text"].includes(to)) return dependsOnZone.because;
  return `a cast from ${from} to ${to || "that type"} depends on settings, or is not offered in an index`;
}

// Words that PostgreSQL reserves (documentation, appendix C): an identifier that is one of them must be quoted.
const RESERVED = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char " +
    "character check coalesce collate collation column concurrently constraint create cross current_catalog current_date " +
    "current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do " +
    "else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike " +
    "in initially inner inout int integer intersect interval into is isnull join lateral leading least left like limit " +
    "localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset on only or order " +
    "out outer overlaps overlay placing position precision primary real references returning right row select session_user " +
    "setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim " +
    "true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement " +
    "xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
  ).split(" "),
);

/** An identifier as SQL text: bare when that is safe, else quoted (PostgreSQL documentation, 4.1.1). The only way a name gets into a statement. */
export function identifier(...path: string[]): string {
  return path.map(one).join(".");
}

function one(name: string): string {
  if (name.length === 0 || name.includes("\0")) throw new Error("an identifier is not empty and holds no NUL");
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

const MAXIMUM_BYTES = 63;

/** Cuts a name so that, with a suffix, it is what PostgreSQL keeps: 63 bytes, never cut in the middle of a character. */
export function fitted(name: string, suffix = ""): string {
  let kept = "";
  for (const character of name) {
    if (Buffer.byteLength(kept + character + suffix) > MAXIMUM_BYTES) break;
    kept += character;
  }
  return kept + suffix;
}

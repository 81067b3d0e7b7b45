// Statements by a grammar of PostgreSQL's queries into which harmful parts are mixed wherever an expression, a relation or a clause
// may stand; and mutations of the corpus. Most harmless ones run, most harmful ones would have an effect if they were let through.
import { HARMFUL, HARMLESS } from "../../unit/guard/corpus.ts";
import type { Random } from "./random.ts";

type Type = "int" | "text" | "bool" | "float" | "time" | "json";
type Scope = { random: Random; depth: number; harm: number; functions: readonly string[] };

const COLUMNS: Record<Type, readonly string[]> = {
  int: ["o.id", "o.customer_id", "c.id", "customer_id"],
  text: ["o.status", "c.name", "c.email", "status", "o.tags[1]"],
  bool: ["o.id is null", "o.total > 5", "c.name like 'a%'"],
  float: ["o.total", "total"],
  time: ["o.created_at", "created_at"],
  json: ["o.details", "details -> 'a'"],
};
const LITERALS: Record<Type, readonly string[]> = {
  int: ["1", "-7", "0", "2147483647", "'5'::int", "1_000"],
  text: ["'a'", "''", "$$b$$", "E'\\n'", "U&'\\0041'", "'it''s'", "'; drop table orders --'"],
  bool: ["true", "false", "null::bool"],
  float: ["1.5", "0.0", "1e3", "'NaN'::float8"],
  time: ["now()", "current_timestamp", "date '2026-01-01'", "'2026-01-01 10:00'::timestamptz"],
  json: [`'{"a": 1}'::jsonb`, "'[1, 2]'::jsonb", "to_jsonb(1)"],
};
type Template = string;
/** `i t b f d j` are operands of the types int, text, bool, float, time (date) and json, `Q…` subqueries of one column. */
const TEMPLATES: Record<Type, readonly Template[]> = {
  int: [
    "{i} + {i}",
    "abs({i} % 7)",
    "length({t})",
    "case when {b} then {i} else {i} end",
    "coalesce({i}, {i})",
    "count(*)",
    "sum({i}) over (partition by {t})",
    "({Qi})",
    "{f}::int",
    "strpos({t}, {t})",
    "(array[{i}, {i}])[1]",
    "greatest({i}, {i})",
    "nullif({i}, {i})",
    "extract(hour from {d})::int",
    "row_number() over (order by {i})",
    "{i} & {i}",
    "bit_length({t})",
    "jsonb_array_length('[1]'::jsonb)",
    "cardinality(array[{t}])",
    "max({i})",
  ],
  text: [
    "lower({t})",
    "{t} || {t}",
    "substring({t} from 1 for 2)",
    "{i}::text",
    "({Qt})",
    "{j} ->> 'a'",
    "to_char({d}, 'YYYY')",
    "replace({t}, {t}, {t})",
    "left({t}, 3)",
    "md5({t})",
    "trim({t})",
    "string_agg({t}, ',')",
    "concat({t}, {i})",
    "min({t})",
    "split_part({t}, ',', 1)",
    "lpad({t}, 20)",
    "case {i} when 1 then {t} end",
    "regexp_replace({t}, 'a', 'b')",
    '{t} collate "C"',
  ],
  bool: [
    "{i} = {i}",
    "{t} like {t}",
    "{b} and {b}",
    "not {b}",
    "{i} in ({i}, {i})",
    "{i} in ({Qi})",
    "exists ({Qi})",
    "{i} = any (array[{i}])",
    "{f} between {i} and {i}",
    "{t} ~ 'x'",
    "{j} @> {j}",
    "{d} > {d}",
    "({i}, {t}) = ({i}, {t})",
    "{i} is distinct from {i}",
    "{b} is true",
    "{i} > all ({Qi})",
    "starts_with({t}, 'a')",
    "bool_or({b})",
  ],
  float: [
    "{f} * {f}",
    "round({i}::numeric, 1)::float8",
    "avg({f})",
    "{i}::float8",
    "sqrt(abs({f}))",
    "({Qf})",
    "date_part('epoch', {d})",
    "sum({f}) filter (where {b})",
    "least({f}, {f})",
  ],
  time: [
    "date_trunc('day', {d})",
    "{d} - interval '1 day'",
    "{d} + {i} % 9 * interval '1 hour'",
    "max({d})",
    "({Qd})",
    "{d} at time zone 'UTC' at time zone 'UTC'",
  ],
  json: [
    "{j} || {j}",
    "jsonb_build_object({t}, {i})",
    "to_jsonb({t})",
    "jsonb_set({j}, '{{a}}', {j})",
    "jsonb_agg({i})",
    "({Qj})",
  ],
};
const BY_LETTER: Record<string, Type> = { i: "int", t: "text", b: "bool", f: "float", d: "time", j: "json" };

const FROM: readonly string[] = [
  "orders o, customers c",
  "shop.orders as o join shop.customers c on c.id = o.customer_id",
  "orders o cross join customers c",
  "orders o left join customers c using (id)",
  "orders o cross join lateral (select * from customers where customers.id = o.customer_id) c",
  "(select * from orders) o, (table customers) c",
  "orders o, customers c, generate_series(1, 2) g",
  "orders o, customers c, unnest(o.tags) as u (tag)",
  "orders o, customers c, jsonb_each(o.details) e",
  "(orders o join customers c on true)",
  "orders o, only customers c",
];
const HARMFUL_FROM: readonly string[] = [
  "secrets",
  "v_evil",
  "pg_authid",
  "pg_read_file('x') r",
  "pg_ls_dir('.') d",
  "(delete from orders returning 1) d",
  "rows from (nextval('shop.s')) n",
  "evil.rows() e",
  "orders tablesample system (50)",
  "lateral (select pg_advisory_lock(1)) l",
  "dblink('x', 'y') as z (a int)",
];

/** Calls with an effect, as text of a type that fits nearly everywhere. */
const HARMFUL_CALLS: readonly string[] = [
  "nextval('shop.s')",
  "setval('shop.s', 5)",
  "pg_advisory_lock(1)",
  "pg_advisory_xact_lock(2)",
  "set_config('work_mem', '1MB', false)",
  "txid_current()",
  "pg_current_xact_id()",
  "lo_create(0)",
  "pg_notify('a', 'b')",
  "lo_import('/etc/passwd')",
  "pg_logical_emit_message(true, 'a', 'b')",
  "query_to_xml('select nextval(''shop.s'')', true, true, '')",
  "shop.wipe(o)",
  "(o).wipe",
  "o.wipe",
  "evil.touch()",
  "pg_catalog.nextval('shop.s'::regclass)",
  "\"nextval\"('shop.s')",
  "1 operator(evil.<+>) 2",
  "'shop.s'::regclass::oid",
  "ts_stat('select nextval(''shop.s'')')",
  "pg_stat_reset()",
  "pg_create_restore_point('x')",
  "lo_from_bytea(0, 'x')",
  "(1::bigint).pg_advisory_lock",
  "(select g.pg_advisory_lock from generate_series(1::bigint, 2) g)",
  "(select u.nextval from unnest(array['shop.s'::text]) u)",
  "(select u.lo_create from unnest(array[0::oid]) u)",
  "(select u.txid_current from orders u)",
];

function expression(type: Type, scope: Scope): string {
  const { random } = scope;
  if (random.chance(scope.harm)) return harmfulCall(scope);
  if (scope.depth <= 0 || random.chance(0.3)) return random.pick(random.chance(0.6) ? COLUMNS[type] : LITERALS[type]);
  const deeper = { ...scope, depth: scope.depth - 1 };
  return random.pick(TEMPLATES[type]).replaceAll(/\{(Q?)([itbfdj])\}/g, (_, query: string, letter: string) => {
    const operand = BY_LETTER[letter] ?? "int";
    return query === "Q" ? `${select(operand, deeper)} limit 1` : expression(operand, deeper);
  });
}

/** A known call with an effect, or any function of the server, called or hidden behind a dot. */
function harmfulCall({ random, functions }: Scope): string {
  if (random.chance(0.5)) return random.pick(HARMFUL_CALLS);
  const name = random.pick(functions);
  const argument = random.pick([
    "",
    "1",
    "1::bigint",
    "'a'",
    "'shop.s'",
    "1.5::float8",
    "0::oid",
    "o",
    "'a', 'b'",
    "1, 2",
  ]);
  return random.pick([
    `${name}(${argument})`,
    `pg_catalog.${name}(${argument})`,
    `(${argument === "" ? "1" : argument}).${name}`,
    `o.${name}`,
    `(select f.${name} from generate_series(1::bigint, 2) f)`,
    `(select f.${name} from unnest(array[${random.pick(["1::int", "'a'::text", "0::oid", "0.1::float8"])}]) f)`,
    `(select ${name}.${name} from generate_series(1, 2) ${name})`,
  ]);
}

function select(type: Type, scope: Scope): string {
  const { random } = scope;
  const parts = [`select ${random.chance(0.1) ? "distinct " : ""}${expression(type, scope)}`];
  const from = random.chance(scope.harm / 2) ? `${random.pick(FROM)}, ${random.pick(HARMFUL_FROM)}` : random.pick(FROM);
  parts.push(`from ${from}`);
  if (random.chance(0.4)) parts.push(`where ${expression("bool", scope)}`);
  if (random.chance(0.1)) parts.push(`group by ${expression("text", scope)}`);
  return parts.join(random.pick([" ", "\n", " /* a */ ", "\t", " -- b\n"]));
}

const WRAPPERS: readonly ((query: string, scope: Scope) => string)[] = [
  (query) => query,
  (query) => query,
  (query) => `${query} order by 1 limit 5`,
  (query) => `(${query})`,
  (query) => `with q (a) as (${query}) select q.a from q`,
  (query) => `with q as materialized (${query}) table q`,
  (query) => `select s.* from (${query}) s`,
  (query) => `select s.a from (${query}) as s (a) where s.a is not null`,
  (query) => `${query} union all ${query}`,
  (query) => `select array(${query})`,
  (query) =>
    `with recursive r (i) as (select 1 union all select i + 1 from r where i < 3) select r.i, (${query} limit 1) from r`,
  (query) => `values ((${query} limit 1), 1)`,
  (query, { random }) =>
    `select ${random.pick(["x", "a", "pg_sleep", "wipe"])}.${random.pick(["a", "x", "wipe"])} from (${query}) x (a)`,
];
const HARMFUL_WRAPPERS: readonly ((query: string) => string)[] = [
  (query) => `${query}; delete from orders`,
  (query) => `${query} for update`,
  (query) => query.replace("from", "into pwned from"),
  (query) => `create table pwned as ${query}`,
  (query) => `with d as (delete from orders returning 1) ${query}`,
  (query) => `explain analyze ${query}`,
  (query) => `copy (${query}) to '/tmp/pwned'`,
  (query) => `insert into secrets ${query}`,
  (query) => `do $$ begin perform ${query}; end $$`,
  (query) => `with q as (${query}), d as (insert into secrets values (1) returning 1) select * from q`,
  (query) => `${query} fetch first (nextval('shop.s')) rows only`,
];

export function generated(random: Random, functions: readonly string[]): string {
  const isHarmful = random.chance(0.35);
  const scope: Scope = { random, functions, depth: 1 + random.below(3), harm: isHarmful ? 0.12 : 0 };
  const query = select(random.pick<Type>(["int", "text", "bool", "float", "time", "json"]), scope);
  const wrapped = random.pick(WRAPPERS)(query, scope);
  return isHarmful && random.chance(0.3) ? random.pick(HARMFUL_WRAPPERS)(wrapped) : wrapped;
}

const CORPUS = [...HARMLESS, ...Object.values(HARMFUL).flat()].map((sql) => sql.replaceAll(/\$\d+/g, "null"));
const TOKEN = /\s+|"[^"]*"|'[^']*'|\w+|[^\w\s]/g;

/** A statement of the corpus with some of its words exchanged, dropped, doubled or taken from another one. */
export function mutated(random: Random): string {
  const tokens = random.pick(CORPUS).match(TOKEN) ?? [];
  const others = random.pick(CORPUS).match(TOKEN) ?? [""];
  for (let turn = 1 + random.below(4); turn > 0; turn -= 1) {
    const at = random.below(tokens.length + 1);
    const piece = others.slice(random.below(others.length)).slice(0, 1 + random.below(6));
    const change = random.below(5);
    if (change === 0) tokens.splice(at, 1);
    else if (change === 1) tokens.splice(at, 0, ...piece);
    else if (change === 2) tokens.splice(at, piece.length, ...piece);
    else if (change === 3)
      tokens.splice(at, 0, random.pick(["/* */", "--\n", ";", "(", ")", ",", ".", "::", "not ", " union ", "$$"]));
    else tokens[at] = (tokens[at] ?? "").toUpperCase();
  }
  return tokens.join("");
}

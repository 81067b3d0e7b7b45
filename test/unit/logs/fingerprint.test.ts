import fc from "fast-check";
import { expect, test } from "vitest";
import { fingerprint, normalText } from "../../../shared/logs/fingerprint.ts";

function normal(sql: string): string {
  const bytes = Buffer.from(sql);
  fingerprint(bytes, 0, bytes.length);
  return normalText();
}
const keyOf = (sql: string): number => fingerprint(Buffer.from(sql), 0, Buffer.byteLength(sql));

test.each([
  [
    "SELECT * FROM Orders WHERE id = 5 AND name = 'O''Neil' -- x\n AND y=-3;",
    "select * from orders where id = ? and name = ? and y=?",
  ],
  ["select * from t where id in (1,2, 3) and b in ('a', $5)", "select * from t where id in (?) and b in (?)"],
  ["insert into t (a,b) values (1,'x'), (2,'y'),  (3, 'z')", "insert into t (a, b) values (?)"],
  ["insert into t values (1, now()), (2, now()) returning id", "insert into t values (?, now()) returning id"],
  ["insert into t values (1,2),(3,default)", "insert into t values (?), (?, default)"],
  ["select a from t where x = any(array[1,2,3]) limit 10", "select a from t where x = any(array[?]) limit ?"],
  [
    "select $1, $tag$ x ' $tag$, $$a$$, E'a\\'b', B'1', X'ff', U&'x', 1e-5, .5, t1.c2, f(1,2)",
    "select ?, ?, ?, ?, ?, ?, ?, ?, ?, t1.c2, f(?, ?)",
  ],
  ["select /* a /* b */ c */ 1\n\t, 2", "select ?, ?"],
  [
    "SELECT \"Weird \"\"Name\" FROM t WHERE a->>'x' = 'y'::text AND b[1] = 2",
    'select "Weird ""Name" from t where a->>? = ?::text and b[?] = ?',
  ],
  ["select x in (select 1)", "select x in (select ?)"],
  ["select größe from t where ä = 'ö'", "select größe from t where ä = ?"],
  ["select 1 - 5, a - 5, (-5)", "select ? - ?, a - ?, (?)"],
  ["", ""],
  [";;", ""],
  ["'never closed", "?"],
  ["$tag$ never closed", "?"],
  ["/* never closed", ""],
  ['"never closed', '"never closed'],
])("%s is grouped as %s", (sql, expected) => {
  expect(normal(sql)).toBe(expected);
});

const literal = fc.oneof(
  fc.integer({ min: 0 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }).map(String),
  fc.string().map((value) => `'${value.replaceAll("'", "''")}'`),
);

test("statements that differ in literals only have one fingerprint, and no literal is in its text", () => {
  fc.assert(
    fc.property(literal, literal, fc.array(literal, { minLength: 1, maxLength: 9 }), (a, b, list) => {
      const one = `select * from t where a = ${a} and b in (${list.join(", ")}) and c > ${b}`;
      expect(normal(one)).toBe("select * from t where a = ? and b in (?) and c > ?");
      expect(keyOf(one)).toBe(keyOf("SELECT *  FROM t WHERE a = $1\n\tAND b IN ($2,$3) AND c > $4;"));
    }),
  );
});

test("any bytes at all get a fingerprint, the same every time", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(fingerprint(bytes, 0, bytes.length)).toBe(fingerprint(bytes, 0, bytes.length));
    }),
    { numRuns: 2_000 },
  );
});

test("different statements have different keys", () => {
  const keys = new Set(Array.from({ length: 20_000 }, (_, number) => keyOf(`select c${number} from t${number % 100}`)));
  expect(keys.size).toBe(20_000);
});

test("a very long statement is cut off and still grouped", () => {
  const long = `select ${Array.from({ length: 50_000 }, (_, number) => `column_${number}`).join(", ")} from t`;
  expect(keyOf(long)).toBe(keyOf(long));
  expect(normal(long).length).toBeLessThan(2_100);
});

import { expect, test } from "vitest";
import { known, statementOf } from "../../../shared/catalogue/actions/index.ts";
import { TypedAction } from "../../../shared/contracts/actions.ts";
import { tableOptions } from "../../../shared/core/table-options.ts";

test("storage parameters are read as PostgreSQL reads them, however somebody wrote them", () => {
  const none = { fillfactor: null, enabled: null, scaleFactor: null, threshold: null };
  expect(tableOptions([])).toEqual(none);
  expect(tableOptions(["fillfactor=070", "toast_tuple_target=128"])).toEqual({ ...none, fillfactor: 70 });
  expect(tableOptions(["autovacuum_vacuum_scale_factor=0.10", "autovacuum_vacuum_threshold=0"])).toEqual({
    ...none,
    scaleFactor: 0.1,
    threshold: 0,
  });
});

test.each([
  ["on", true],
  ["TRUE", true],
  ["1", true],
  ["off", false],
  ["false", false],
  ["no", false],
])("autovacuum_enabled=%s is %s", (text, enabled) => {
  expect(tableOptions([`autovacuum_enabled=${text}`]).enabled).toBe(enabled);
});

const relation = { schema: "public", table: "orders" };
test.each([
  [{ kind: "set_table_fillfactor", parameters: { ...relation, fillfactor: 85 } }, "RESET (fillfactor)"],
  [
    { kind: "set_column_statistics", parameters: { ...relation, column: "city", target: 500 } },
    "ALTER COLUMN city SET STATISTICS -1",
  ],
  [
    { kind: "set_table_autovacuum", parameters: { ...relation, enabled: true, scaleFactor: 0.01, threshold: 500 } },
    "RESET (autovacuum_enabled, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
  ],
])("a proposal that was stored before it kept what was set goes back to the server's own: %j", (stored, back) => {
  const action = TypedAction.parse(stored);
  expect(action).toEqual(stored);
  const { inverse } = known(action);
  expect(inverse === null ? "" : statementOf(inverse)).toContain(back);
});

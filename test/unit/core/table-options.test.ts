import { expect, test } from "vitest";
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

test("a proposal that was stored before it kept what was set goes back to the server's own, as it was agreed", () => {
  const stored = { kind: "set_table_fillfactor", parameters: { schema: "public", table: "orders", fillfactor: 85 } };
  expect(TypedAction.parse(stored)).toMatchObject({ parameters: { fillfactor: 85, oldFillfactor: null } });
});

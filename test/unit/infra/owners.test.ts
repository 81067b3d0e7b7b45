import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { administers } from "../../../shared/catalogue/diagnostics/privileges.ts";

test("the grants refuse the very owners that the check names", () => {
  const grants = readFileSync(resolve(import.meta.dirname, "../../../infra/sql/grants.sql"), "utf8");
  const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");
  expect(oneLine(grants)).toContain(oneLine(administers));
});

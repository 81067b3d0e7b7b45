import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { administers } from "../../../shared/catalogue/diagnostics/privileges.ts";
import { deploymentOf } from "../../support/bicep/installation.ts";

test("the grants refuse the very owners that the check names", () => {
  const grants = readFileSync(resolve(import.meta.dirname, "../../../infra/sql/grants.sql"), "utf8");
  const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");
  expect(oneLine(grants)).toContain(oneLine(administers));
});

test("the workload of the demo is told who administers its server", () => {
  const [job] = deploymentOf("main.dev.bicepparam").instances.filter(({ type }) => type === "Microsoft.App/jobs");
  expect(JSON.stringify(job?.body())).toContain('{"name":"SHOP_ADMINS","value":"database-admins"}');
});

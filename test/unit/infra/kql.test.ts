// Every query that is deployed or asked, read by Kusto's own parser against the columns that Azure documents.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SERVER_LOG_QUERY } from "../../../shared/adapters/server-logs.ts";
import { deploymentOf, INFRA } from "../../support/bicep/installation.ts";
import { settled } from "../../support/bicep/values.ts";
import { kustoProblems } from "../../support/kusto.ts";

type Query = { where: string; text: string };

/** Every `query` within a value, however deep. */
function queriesIn(value: unknown, where: string): Query[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]): Query[] => {
    const at = `${where}.${name}`;
    return name === "query" && typeof inner === "string" ? [{ where: at, text: inner }] : queriesIn(inner, at);
  });
}

const ofRules = deploymentOf("main.prod.bicepparam")
  .instances.filter(({ type }) => type === "Microsoft.Insights/scheduledQueryRules")
  .flatMap(({ name, body }) => queriesIn(settled(body()), String(name)));
const ofWorkbook = queriesIn(JSON.parse(readFileSync(`${INFRA}/workbook.json`, "utf8")), "workbook");
const ofLog = [{ where: "the server's log", text: SERVER_LOG_QUERY }];

test("the queries are found: those of the rules, of the workbook, and of the server's log", () => {
  expect(ofRules.length).toBeGreaterThan(6);
  expect(ofWorkbook.length).toBeGreaterThan(4);
});

test.each([...ofRules, ...ofWorkbook, ...ofLog])("Kusto takes $where", ({ text }) => {
  expect(kustoProblems(text)).toEqual([]);
});

test.each([
  ["a column that does not exist", "AppRequests | where Urll has 'x'"],
  ["a table that does not exist", "AppRequest | count"],
  ["an operator with a typing mistake", "AppRequests | sumarize count()"],
  ["an aggregate where none may stand", "AppRequests | where count() > 1"],
  ["a number compared with a text", "AppRequests | where DurationMs > 'long'"],
  ["a function that does not exist", "AppRequests | summarize percentil(DurationMs, 99)"],
  ["a parenthesis that is missing", "AppRequests | where (Success == false"],
])("%s is found", (_, text) => {
  expect(kustoProblems(text)).not.toEqual([]);
});

// Every query that is deployed or asked, read by Kusto's own parser against the columns that Azure documents.
import { expect, test } from "vitest";
import { SERVER_LOG_QUERY } from "../../../shared/adapters/server-logs.ts";
import { queriesOfRules, queriesOfWorkbook } from "../../support/deployed-queries.ts";
import { kustoProblems } from "../../support/kusto.ts";

const ofRules = queriesOfRules();
const ofWorkbook = queriesOfWorkbook();
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

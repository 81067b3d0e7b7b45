// The queries that are deployed: those of PgMedic's own alert rules, and those of its workbook.
import { readFileSync } from "node:fs";
import { deploymentOf, INFRA } from "./bicep/installation.ts";
import { settled } from "./bicep/values.ts";

export type Query = { where: string; text: string };

/** Every `query` within a value, however deep. */
function queriesIn(value: unknown, where: string): Query[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]): Query[] => {
    const at = `${where}.${name}`;
    return name === "query" && typeof inner === "string" ? [{ where: at, text: inner }] : queriesIn(inner, at);
  });
}

export const queriesOfRules = (): Query[] =>
  deploymentOf("main.prod.bicepparam")
    .instances.filter(({ type }) => type === "Microsoft.Insights/scheduledQueryRules")
    .flatMap(({ name, body }) => queriesIn(settled(body()), String(name)));

export const queriesOfWorkbook = (): Query[] =>
  queriesIn(JSON.parse(readFileSync(`${INFRA}/workbook.json`, "utf8")), "workbook");

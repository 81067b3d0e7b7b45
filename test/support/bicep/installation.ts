// The checks of the whole of infra/ together: what `npm run infra:check` runs where there is no compiler.
import { globSync } from "node:fs";
import { resolve } from "node:path";
import { STAND_INS } from "../../../infra/bicep/compiler.ts";
import { resourceProblems } from "./check-resources.ts";
import { type Deployment, expandParameterFile } from "./expand.ts";
import { type Program, programOf } from "./program.ts";
import { outputProblems, wishProblems } from "./rules.ts";
import { loadBicepGrammar, type Problem, readSource, syntaxProblems } from "./source.ts";
import type { Given } from "./stage.ts";
import { symbolProblems } from "./symbols.ts";
import { readResourceTypes } from "./type-tree.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
export const TYPES_FOLDER = `${ROOT}/test/fixtures/azure-types`;
export const INFRA = `${ROOT}/infra`;

await loadBicepGrammar();
const types = readResourceTypes(TYPES_FOLDER);

/** Texts that take the place of files, by their path below infra/: how a test plants a mistake. */
type Texts = Readonly<Record<string, string>>;
const placed = (texts: Texts): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${INFRA}/${name}`, text]));

/** The Bicep files and parameter files of infra/. */
export const bicepFiles = (): string[] =>
  globSync(`${INFRA}/{.,modules}/*.{bicep,bicepparam}`)
    .map((path) => resolve(path))
    .toSorted();

/** What would be deployed with a parameter file, other parameters over it. */
export const deploymentOf = (parameterFile: string, over: Given = {}, texts: Texts = {}): Deployment =>
  expandParameterFile(`${INFRA}/${parameterFile}`, { types, texts: placed(texts), environment: STAND_INS }, over);

/** Every fault of the files by themselves. */
export function fileProblems(texts: Texts = {}): Problem[] {
  const replaced = placed(texts);
  return bicepFiles().flatMap((path) => {
    const source = readSource(path, replaced[path]);
    const syntax = syntaxProblems(source);
    if (syntax.length > 0) return syntax;
    const program: Program = programOf(source);
    return [...symbolProblems(program), ...outputProblems(program)];
  });
}

/** Every fault of what a parameter file would deploy. */
export function deploymentProblems(parameterFile: string, over: Given = {}, texts: Texts = {}): Problem[] {
  const { instances, problems } = deploymentOf(parameterFile, over, texts);
  const premium = instances.some(
    ({ type, body, isExisting }) =>
      type === "Microsoft.ServiceBus/namespaces" && !isExisting && JSON.stringify(body()["sku"]).includes("Premium"),
  );
  const isPrivate = over["isPrivate"] ?? parameterFile.includes("prod");
  return [
    ...problems,
    ...resourceProblems(instances, types),
    ...wishProblems(instances, { isPrivate: isPrivate === true, isBusPrivate: isPrivate === true && premium }),
  ];
}

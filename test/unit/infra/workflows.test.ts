// The workflows of GitHub: what they may do, and that they know what the parameter files ask for.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { validateWorkflow } from "@action-validator/core";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { deploymentOf } from "../../support/bicep/installation.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const Step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
const Permissions = z.record(z.string(), z.string());
const Job = z.looseObject({
  permissions: Permissions.optional(),
  environment: z.string().optional(),
  "timeout-minutes": z.number(),
  env: z.record(z.string(), z.string()).default({}),
  steps: z.array(Step),
});
const Workflow = z.looseObject({ permissions: Permissions, jobs: z.record(z.string(), Job) });

const files = globSync(`${ROOT}/.github/workflows/*.yml`);
const workflows = files.map((path) => {
  const text = readFileSync(path, "utf8");
  return { ...Workflow.parse(parse(text)), name: basename(path), text };
});
const jobs = workflows.flatMap(({ name, jobs: all }) =>
  Object.entries(all).map(([job, body]) => ({ name, job, body })),
);

test("GitHub would take every workflow, and would not take one with a typing mistake", () => {
  for (const { name, text } of workflows) expect(validateWorkflow(text).errors, name).toEqual([]);
  for (const [from, to] of [
    ["runs-on:", "runs-onn:"],
    ["timeout-minutes: ", "timeout-minutes: soon #"],
    ["  contents: read", "  contents: rea"],
  ] as const) {
    for (const { name, text } of workflows)
      expect(validateWorkflow(text.replace(from, to)).errors, `${name}: ${to}`).not.toEqual([]);
  }
});

test.skipIf(process.platform === "win32")("every script in them is one that bash can read", () => {
  const scripts = jobs.flatMap(({ body }) => body.steps.flatMap(({ run }) => run ?? []));
  const isReadable = (script: string): boolean => spawnSync("bash", ["-n"], { input: script }).status === 0;
  expect(scripts.length).toBeGreaterThan(8);
  for (const script of scripts) expect(isReadable(script.replaceAll(/\$\{\{.*?\}\}/g, "value")), script).toBe(true);
  expect(isReadable("if true; then")).toBe(false);
});

test("a workflow reads by default, and only jobs that sign in to Azure may ask for a token, in an environment of their own", () => {
  expect(workflows).toHaveLength(2);
  for (const { permissions } of workflows) expect(permissions).toEqual({ contents: "read" });
  for (const { job, body } of jobs) {
    const signsIn = body.steps.some(({ uses }) => uses?.startsWith("azure/login") === true);
    expect(body.permissions?.["id-token"] === "write", job).toBe(signsIn);
    expect(body.environment !== undefined, job).toBe(signsIn);
  }
});

test("every action of somebody else is pinned to a commit, since a tag can be moved", () => {
  const used = jobs.flatMap(({ body }) => body.steps.flatMap(({ uses }) => uses ?? []));
  expect(used.length).toBeGreaterThan(8);
  for (const action of used) expect(action).toMatch(/@[0-9a-f]{40}$/);
});

test("no secret is kept with GitHub, and no text from outside is put into a script", () => {
  for (const { name, text } of workflows) expect(text, name).not.toMatch(/\$\{\{\s*secrets\./);
  for (const { job, body } of jobs)
    for (const { run = "" } of body.steps) expect(run, job).not.toMatch(/\$\{\{\s*(github\.event|inputs|matrix)/);
});

test("whoever deploys or asks what would change knows every value that the parameter files read", () => {
  const asked = ["dev", "prod"].flatMap((name) =>
    [
      ...readFileSync(`${ROOT}/infra/main.${name}.bicepparam`, "utf8").matchAll(/readEnvironmentVariable\('(\w+)'/g),
    ].map(([, variable]) => variable ?? ""),
  );
  const deploying = jobs.filter(({ body }) => body.steps.some(({ uses }) => uses?.startsWith("azure/login") === true));
  expect(deploying).toHaveLength(2);
  for (const { job, body } of deploying) expect(Object.keys(body.env), job).toEqual(expect.arrayContaining(asked));
});

test("the scripts that they run exist", () => {
  const { scripts } = z
    .looseObject({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")));
  const known = new Set([...Object.keys(scripts), "infra:check"]);
  const run = jobs.flatMap(({ body }) =>
    body.steps.flatMap((step) => [...(step.run ?? "").matchAll(/npm run ([\w:]+)/g)]),
  );
  for (const [, script = ""] of run) expect(known, script).toContain(script);
});

test("what the deployment prints is what the workflow reads", () => {
  const outputs = [...readFileSync(`${ROOT}/infra/main.bicep`, "utf8").matchAll(/^output (\w+)/gm)].map(
    ([, name]) => name,
  );
  const read = workflows.flatMap(({ text }) => [...text.matchAll(/\.(\w+)\.value\b/g)].map(([, name]) => name));
  expect(read.length).toBeGreaterThan(3);
  expect(outputs).toEqual(expect.arrayContaining(read));
});

test("azd finds every service of azure.yaml by the tag of what main.bicepparam deploys", () => {
  const Services = z.looseObject({ services: z.record(z.string(), z.unknown()) });
  const { services } = Services.parse(parse(readFileSync(`${ROOT}/azure.yaml`, "utf8")));
  const tags = deploymentOf("main.bicepparam").instances.flatMap(({ body, isExisting }) => {
    const found = isExisting ? null : /"azd-service-name":"(\w+)"/.exec(JSON.stringify(body()["tags"] ?? null));
    return found?.[1] === undefined ? [] : [found[1]];
  });
  expect(new Set(tags)).toEqual(new Set(Object.keys(services)));
});

test("what takes messages is deployed before what sends them", () => {
  const deploy = workflows.find(({ name }) => name === "deploy.yml")?.text ?? "";
  const zones = /'all'\] : \[(.*)\]/.exec(readFileSync(`${ROOT}/infra/main.bicep`, "utf8"))?.[1];
  expect(zones).toBe("'ingest', 'api', 'runner'");
  expect(deploy).toContain(".appNames.value | reverse");
});

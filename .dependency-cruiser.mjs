const WATCHED_CLIENTS = "node_modules/(pg|openai|@azure/(cosmos|service-bus|identity))/";

/** "This folder may import only these." Node's own modules and packages are judged by the rules below. */
const mayImport = (folder, allowed, comment) => ({
  name: `${folder.replaceAll("/", "-")}-imports`,
  comment,
  severity: "error",
  from: { path: `^${folder}/` },
  to: { path: "^(functions|orchestrators|shared|static-web|infra|test)/", pathNot: [`^${folder}/`, ...allowed.map((path) => `^${path}`)] },
});

export default {
  forbidden: [
    mayImport("shared/contracts", [], "contracts stand alone"),
    mayImport("shared/core", ["shared/contracts/"], "decisions know contracts only"),
    mayImport("shared/catalogue", ["shared/core/", "shared/contracts/"], "the catalogue knows core and contracts"),
    mayImport("shared/advisor", ["shared/catalogue/", "shared/core/", "shared/contracts/"], "the advisor knows the catalogue"),
    mayImport("shared/adapters", ["shared/contracts/"], "adapters know contracts only"),
    mayImport("shared/investigation", ["shared/advisor/", "shared/catalogue/", "shared/core/", "shared/contracts/", "shared/adapters/postgres.ts"], "an investigation reads through a session"),
    mayImport("shared/logs", ["shared/catalogue/", "shared/core/", "shared/contracts/"], "log triage works on a file, with no server"),
    mayImport("shared/proposal", ["shared/advisor/", "shared/catalogue/", "shared/core/", "shared/contracts/", "shared/investigation/", "shared/execution/"], "a proposal is built from facts"),
    mayImport("shared/execution", ["shared/advisor/", "shared/catalogue/", "shared/core/", "shared/contracts/", "shared/investigation/", "shared/adapters/postgres.ts"], "execution looks before it acts"),
    mayImport("orchestrators", ["shared/core/", "shared/contracts/"], "replayed code knows decisions and contracts"),
    mayImport("static-web", ["shared/contracts/"], "the dashboard is a thin client"),
    mayImport("functions", ["shared/", "orchestrators/"], "functions do not know the local cloud"),
    {
      name: "only-the-runner-registers-orchestrators",
      severity: "error",
      from: { path: "^functions/", pathNot: "^functions/zones/runner.ts$" },
      to: { path: "^orchestrators/" },
    },
    mayImport("infra/local", ["shared/contracts/", "functions/settings.ts", "infra/[a-z-]+.json"], "the local cloud knows contracts and settings"),
    {
      name: "replay-reaches-no-io",
      comment: "orchestrators are replayed: no path from them leads to I/O",
      severity: "error",
      from: { path: "^orchestrators/" },
      to: { reachable: true, path: `^shared/adapters/|${WATCHED_CLIENTS}` },
    },
    {
      name: "investigation-reaches-no-statement",
      comment: "what looks cannot reach the text of what changes",
      severity: "error",
      from: { path: "^shared/(investigation|advisor)/|^shared/catalogue/(playbooks|diagnostics)/" },
      to: { reachable: true, path: "^shared/catalogue/actions/" },
    },
    {
      name: "only-the-runner-reaches-postgres",
      comment: "ingest and api hold no PostgreSQL identity",
      severity: "error",
      from: { path: "^functions/(zones/(ingest|api).ts|api/)" },
      to: { reachable: true, path: "^shared/adapters/postgres.ts|^functions/database.ts|node_modules/(pg|@electric-sql)/" },
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { path: "^(functions|orchestrators|shared|static-web|infra)/" },
      to: { path: "^test/" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^@azure/functions-core$" } },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|\\.pgmedic)/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};

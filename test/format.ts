// `npm run format`: lays the code out.
import { runTool } from "./support/run-tool.ts";

const { code } = await runTool(
  ["node_modules/oxfmt/bin/oxfmt", "functions", "orchestrators", "shared", "static-web", "infra", "test"],
  { show: true },
);
process.exitCode = code;

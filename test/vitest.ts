// `npm run test:<project> [-- <filter>]`: one project of the test suite.
import { runTool } from "./support/run-tool.ts";

const [project = "unit", ...filters] = process.argv.slice(2);
const { code } = await runTool(["node_modules/vitest/vitest.mjs", "run", "--project", project, ...filters], {
  show: true,
});
process.exitCode = code;

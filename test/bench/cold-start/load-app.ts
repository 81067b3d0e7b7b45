// In a process of its own: loads a Functions app and prints, as its last line, what that cost and what came of it.
//   node test/bench/cold-start/load-app.ts <entry> [--look | --export]
// Without --look nothing is watched, so that the times are the app's own. With --export it loads the exporter afterwards.
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [entry = "dist/functions/app.js", look] = process.argv.slice(2);
const url = pathToFileURL(resolve(entry)).href;

if (look === "--look") {
  const { collectApp } = await import("../../../infra/local/host/functions-core.ts");
  const files: string[] = [];
  registerHooks({
    load: (loaded, context, next) => {
      files.push(loaded);
      return next(loaded, context);
    },
  });
  const app = await collectApp(() => import(url));
  const functions = [...app.functions.values()].map(({ name, bindings }) => ({
    name,
    triggers: Object.values(bindings).flatMap(({ type, direction }) => (direction === "in" ? [type] : [])),
  }));
  console.log(JSON.stringify({ functions, files }));
} else {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await import(url);
  const tookMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1000;
  const exportedAt = performance.now();
  if (look === "--export") await import(new URL("../shared/adapters/telemetry-export.js", url).href);
  const exporterMs = look === "--export" ? performance.now() - exportedAt : undefined;
  console.log(JSON.stringify({ tookMs, cpuMs, exporterMs }));
}

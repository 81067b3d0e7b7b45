import { spawn } from "node:child_process";

export type ToolRun = { code: number; output: string; seconds: number };

/** Runs a JavaScript tool under this very Node and collects what it prints; `show` passes it on as it comes. */
export function runTool(
  args: readonly string[],
  { show = false, env = {} }: { show?: boolean; env?: Record<string, string> } = {},
): Promise<ToolRun> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        output += text;
        if (show) process.stdout.write(text);
      });
    }
    child.on("error", reject);
    child.on("exit", (code) => resolve({ code: code ?? 1, output, seconds: (performance.now() - startedAt) / 1000 }));
  });
}

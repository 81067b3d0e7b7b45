// A command of the local cloud as a person runs it: its output, its end, and signals.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "../../infra/local/eventually.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export type Command = ReturnType<typeof runCommand>;

/** Runs an entry of `infra/local`; end it with `signal` and wait for `ended`. */
export function runCommand(entry: string, flags: readonly string[], environment: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(root, "infra/local", entry), ...flags],
    { cwd: root, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "exit").then(() => child.exitCode);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** Waits until it has printed something of this form. */
    prints: (pattern: RegExp, withinMs = 90_000): Promise<RegExpExecArray> =>
      eventually(
        async () => {
          const found = pattern.exec(output);
          if (found === null && child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output}`);
          return found;
        },
        { withinMs, everyMs: 50, what: () => `${String(pattern)} in:\n${output}\nit` },
      ),
    /** Ends it if it still runs. */
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await ended;
    },
  };
}

// The life of one local service as a process of its own: start, say on which port, end with the one who started it.

import { once } from "node:events";

/** A service that runs: where it listens and how it ends. */
export type Running = { port: number; stop: () => Promise<void> };

/** The variable that tells a service to end when its standard input closes, which happens even when its starter is killed. */
export const PARENT_PIPE = "PGMEDIC_PARENT_PIPE";

/**
 * Runs a service until SIGTERM, SIGINT or the end of the process that started it, and prints `{"ready":true,"port":…}`
 * once it accepts connections. A failed start prints one line and ends with code 1.
 */
export async function runService(name: string, start: () => Promise<Running>): Promise<void> {
  // Listened to before the start: a service that is asked to end while it starts must not leave half of itself behind.
  const asked = new AbortController();
  const ask = () => asked.abort();
  process.on("SIGTERM", ask);
  process.on("SIGINT", ask);
  if (process.env[PARENT_PIPE] === "1") {
    process.stdin.on("end", ask).on("error", ask).on("close", ask).resume();
    // A starter that was killed leaves broken output pipes: those must not end the service in the middle of a stop.
    process.stdout.on("error", ask);
    process.stderr.on("error", ask);
  }
  try {
    const running = await start();
    if (!asked.signal.aborted) {
      process.stdout.write(`${JSON.stringify({ ready: true, port: running.port })}\n`);
      await once(asked.signal, "abort");
    }
    await running.stop();
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  process.exit(0);
}

/** Reads a port from the environment; 0 asks the system for a free one. */
export function portFrom(variable: string, fallback: number): number {
  const text = process.env[variable];
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`${variable} must be a port between 0 and 65535, not "${text}".`);
  }
  return port;
}

/** Turns EADDRINUSE into a sentence that names the port and the setting that changes it. */
export function explainListenError(error: unknown, at: { port: number; setting: string }): Error {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return new Error(
      `port ${at.port} is in use. End the program that holds it, or choose another port with ${at.setting}.`,
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}

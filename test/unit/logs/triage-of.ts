import type { LogFinding, LogTriage } from "../../../shared/contracts/log-triage.ts";
import { triageLogs } from "../../../shared/logs/triage.ts";

type Options = { prefix?: string; most?: number; chunkBytes?: number };

/** A text, in pieces, as one file. */
export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    await Promise.resolve();
  }
}

export function triageOf(
  text: string | Buffer,
  { prefix, most = 100, chunkBytes = 2 ** 20 }: Options = {},
): Promise<LogTriage> {
  const bytes = Buffer.from(text);
  const input = { name: "test", size: bytes.length, chunks: inPieces(bytes, chunkBytes) };
  return triageLogs([input], { most, ...(prefix === undefined ? {} : { prefix }) });
}

const HEAD = "2026-11-20 10:00:00.000 UTC [17] ";
/** Lines of a log whose prefix is `%m [%p] `; one without a level is left as it is. */
export const logOf = (...lines: string[]): string =>
  lines.map((line) => (/^[A-Z]+: {2}/.test(line) ? `${HEAD}${line}\n` : `${line}\n`)).join("");

export async function findingOf(kind: LogFinding["kind"], ...lines: string[]): Promise<LogFinding> {
  const { findings } = await triageOf(logOf(...lines), { prefix: "%m [%p] " });
  const found = findings.find((finding) => finding.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} among ${findings.map((finding) => finding.kind).join(", ")}`);
  return found;
}

import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** A log to read: its bytes in pieces that are valid until the next one is asked for. */
export type LogInput = { name: string; size: number | null; chunks: AsyncIterable<Buffer> };

const CHUNK_BYTES = 2 ** 20;

/** A file by its path, or standard input for `-`. Gzip is known by its first bytes. Rejects when the file cannot be opened. */
export async function openLog(path: string): Promise<LogInput> {
  if (path === "-") return { name: "standard input", size: null, chunks: plain(standardInput()) };
  const { size } = await stat(path);
  return { name: path, size, chunks: plain(fileChunks(path)) };
}

async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    // One buffer for the whole file: nothing to collect.
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function* standardInput(): AsyncGenerator<Buffer> {
  for await (const chunk of process.stdin) yield Buffer.from(chunk);
}

const isGzip = (chunk: Buffer): boolean => chunk[0] === 0x1f && chunk[1] === 0x8b;

async function* plain(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await source.next();
  if (first.done === true) return;
  if (!isGzip(first.value)) {
    yield first.value;
    yield* source;
    return;
  }
  // The decompressor keeps what it is given, so it gets copies.
  const all = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(first.value);
    for await (const chunk of source) yield Buffer.from(chunk);
  };
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const compressed = Readable.from(all());
  compressed.on("error", (error) => gunzip.destroy(error));
  for await (const chunk of compressed.pipe(gunzip)) yield Buffer.from(chunk);
}

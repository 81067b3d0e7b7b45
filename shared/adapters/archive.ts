import { buffer } from "node:stream/consumers";
import type { ContainerClient } from "@azure/storage-blob";
import type { z } from "zod";
import { azureCredential } from "./identity.ts";

/** The container that infra/modules/archive.bicep protects. */
const CONTAINER = "audit";
const TRY_TIMEOUT_MS = 10_000;

export type Archive = ReturnType<typeof archiveOf>;
type ArchiveSettings = { endpoint: string } | { connectionString: string };
/** A blob as it was read: where its next block belongs, and its lines; null is a line that the schema does not know. */
type Lines<T> = { bytes: number; lines: (T | null)[] };

async function openContainer(settings: ArchiveSettings): Promise<ContainerClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob"); // half a second of a cold start, and nobody waits for it
  // The sweep comes again within a minute: waiting longer would only hold it up.
  const options = { retryOptions: { maxTries: 2, tryTimeoutInMs: TRY_TIMEOUT_MS, maxRetryDelayInMs: 1_000 } };
  const service =
    "connectionString" in settings
      ? BlobServiceClient.fromConnectionString(settings.connectionString, options)
      : new BlobServiceClient(settings.endpoint, await azureCredential(), options);
  return service.getContainerClient(CONTAINER);
}

type Failure = { status: number; code: string };

/** The client's errors carry the answer's status and the service's own code. */
const failureOf = (error: unknown): Failure => ({
  status: typeof error === "object" && error !== null && "statusCode" in error ? Number(error.statusCode) : Number.NaN,
  code: typeof error === "object" && error !== null && "code" in error ? String(error.code) : "",
});
const isMissing = (error: unknown): boolean => {
  const { status, code } = failureOf(error);
  return status === 404 && code !== "ContainerNotFound";
};

/**
 * The audit archive: append blobs of lines. Nothing in it is ever overwritten, deleted or described anew: an immutability policy forbids
 * it, and the runner has no right to. Lost races are values; an outage, or the end of the signal, rejects.
 */
export function archiveOf(settings: ArchiveSettings) {
  let opening: Promise<ContainerClient> | undefined;
  const container = (): Promise<ContainerClient> => (opening ??= openContainer(settings));
  const blob = async (name: string) => (await container()).getAppendBlobClient(name);

  /** Creates an empty blob unless somebody else just did. */
  const create = async (name: string, abortSignal: AbortSignal): Promise<void> => {
    try {
      await (await blob(name)).create({ conditions: { ifNoneMatch: "*" }, abortSignal });
    } catch (error) {
      if (failureOf(error).status !== 409) throw error;
    }
  };

  return {
    /** Reads a whole blob in one request, so that the lines and the length belong together; null when there is none. */
    read: async <T>(name: string, schema: z.ZodType<T>, abortSignal: AbortSignal): Promise<Lines<T> | null> => {
      try {
        const { readableStreamBody } = await (await blob(name)).download(0, undefined, { abortSignal });
        if (readableStreamBody === undefined) return { bytes: 0, lines: [] };
        const content = await buffer(readableStreamBody);
        return { bytes: content.length, lines: linesOf(content.toString("utf8"), schema) };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },

    /** Adds a block at this very position. `moved`: the blob is longer by now, perhaps by this block, whose answer was lost. */
    append: async (
      { name, bytes }: { name: string; bytes: number },
      text: string,
      abortSignal: AbortSignal,
    ): Promise<"appended" | "moved"> => {
      if (bytes === 0) await create(name, abortSignal);
      try {
        const options = { conditions: { appendPosition: bytes }, abortSignal };
        await (await blob(name)).appendBlock(text, Buffer.byteLength(text), options);
        return "appended";
      } catch (error) {
        if (failureOf(error).status === 412) return "moved";
        throw error;
      }
    },

    /** The length of a blob; null when there is none. */
    bytesOf: async (name: string, abortSignal: AbortSignal): Promise<number | null> => {
      try {
        return (await (await blob(name)).getProperties({ abortSignal })).contentLength ?? 0;
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },

    /** Every blob below a folder with its length, in the order of names. */
    list: async (prefix: string, abortSignal: AbortSignal): Promise<{ name: string; bytes: number }[]> => {
      const found = [];
      for await (const { name, properties } of (await container()).listBlobsFlat({ prefix, abortSignal }))
        found.push({ name, bytes: properties.contentLength ?? 0 });
      return found;
    },
  };
}

function linesOf<T>(text: string, schema: z.ZodType<T>): (T | null)[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => {
    try {
      return schema.safeParse(JSON.parse(line)).data ?? null;
    } catch {
      return null;
    }
  });
}

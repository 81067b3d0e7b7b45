import type { Server } from "../../shared/contracts/server.ts";

/** What a command prints, and its exit code: 0 fine, 1 something was found, 2 it could not be done. */
export type Outcome = { text: string; exitCode: number };

/** The server of a URL, as if it were registered. */
export const serverOf = ({ schema }: { schema: string[] }): Server => ({
  serverId: "given",
  displayName: "given",
  resourceId: "/given",
  environment: "development",
  tier: "standard",
  enabled: true,
  vCores: 1,
  mayScale: false,
  detection: true,
  schemas: schema,
  connection: { kind: "url", urlSetting: "given" },
  registeredAt: new Date().toISOString(),
});

/** One line on a terminal that is written over; nothing elsewhere. */
export function progressOn(stream: NodeJS.WriteStream): { say: (text: string) => void; clear: () => void } {
  if (!stream.isTTY) return { say: () => {}, clear: () => {} };
  return {
    say: (text) => stream.write(`\r\u{1b}[K${text}`),
    clear: () => stream.write("\r\u{1b}[K"),
  };
}

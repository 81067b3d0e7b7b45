import { z } from "zod";
import { AlertAnswer } from "../contracts/api.ts";
import { Instant } from "../contracts/primitives.ts";
import type { Documents } from "./documents.ts";

/** What became of one notification; kept whether or not it opened anything. */
export const Receipt = z.strictObject({ answer: AlertAnswer, receivedAt: Instant, payload: z.unknown() });
export type Receipt = z.infer<typeof Receipt>;
export type Alerts = ReturnType<typeof alertsOf>;

/** Receipts of alert notifications, one per alert and condition. */
export function alertsOf(documents: Documents) {
  const at = (id: string) => ({ container: "alerts", id, partition: id }) as const;
  return {
    read: async (id: string): Promise<Receipt | null> => (await documents.read(at(id), Receipt))?.value ?? null,
    keep: (id: string, receipt: Receipt) => documents.create(at(id), receipt),
  };
}

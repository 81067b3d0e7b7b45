import type { z } from "zod";
import { Autonomy } from "../contracts/api.ts";
import { Chat } from "../contracts/chat.ts";
import { ServerCheck } from "../contracts/server.ts";
import type { Documents, Stored } from "./documents.ts";

export type System = ReturnType<typeof systemOf>;

const INITIAL_AUTONOMY: Autonomy = { phase: "assist", killSwitch: { on: false, by: null, at: null } };

/** Everything that belongs to no server and no incident: autonomy, conversations, answers to probes, dead letters. */
export function systemOf(documents: Documents) {
  const at = (id: string) => ({ container: "system", id, partition: id }) as const;
  const kept = async <T>(id: string, schema: z.ZodType<T>): Promise<T | null> =>
    (await documents.read(at(id), schema))?.value ?? null;
  return {
    /** The phase and the kill switch. Rejects when they cannot be read, which counts as "on". */
    autonomy: async (): Promise<Autonomy> => (await kept("autonomy", Autonomy)) ?? INITIAL_AUTONOMY,
    setAutonomy: (autonomy: Autonomy) => documents.put(at("autonomy"), autonomy),

    chat: (chatId: string): Promise<Stored<Chat> | null> => documents.read(at(chatId), Chat),
    createChat: (chat: Chat) => documents.create(at(chat.chatId), chat),
    replaceChat: (chat: Chat, etag: string) => documents.replace(at(chat.chatId), chat, etag),

    probeAnswer: (requestId: string): Promise<ServerCheck | null> => kept(requestId, ServerCheck),
    answerProbe: (requestId: string, answer: ServerCheck) => documents.put(at(requestId), answer),

    /** Keeps a message that no handler can take, with the reason. */
    keepDeadLetter: (id: string, letter: { queue: string; reason: string; body: unknown; at: string }) =>
      documents.create(at(id), letter),
  };
}

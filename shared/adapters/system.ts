import { z } from "zod";
import { Autonomy, Graduation } from "../contracts/autonomy.ts";
import { ArchiveProgress } from "../contracts/archive.ts";
import { Chat } from "../contracts/chat.ts";
import { DeadLetter } from "../contracts/dead-letter.ts";
import type { ServerCheck } from "../contracts/server.ts";
import type { ServerReport } from "../contracts/server-report.ts";
import type { Documents, Stored } from "./documents.ts";
import { guardedChange } from "./guarded-change.ts";

const DAY_SECONDS = 86_400;
/** What ends by itself, and when after its last writing: a conversation outlives the proposal that it is about, a letter its incident's alerts. */
const TTL = { chat: 30 * DAY_SECONDS, answer: DAY_SECONDS, letter: 90 * DAY_SECONDS } as const;
const MOST_LETTERS = 100;
/** The id of every document in `system` is also its partition. */
const Letter = DeadLetter.extend({ letterId: z.string() });

export type System = ReturnType<typeof systemOf>;

const INITIAL_AUTONOMY: Autonomy = { phase: "assist", killSwitch: { on: false, by: null, at: null } };

/** Everything that belongs to no server and no incident: autonomy, conversations, answers to probes, dead letters. */
export function systemOf(documents: Documents) {
  const at = (id: string) => ({ container: "system", id, partition: id }) as const;
  const ending = (id: string, what: keyof typeof TTL) => ({ ...at(id), ttlSeconds: TTL[what] });
  const kept = async <T>(id: string, schema: z.ZodType<T>): Promise<T | null> =>
    (await documents.read(at(id), schema))?.value ?? null;
  return {
    /** The phase and the kill switch. Rejects when they cannot be read, which counts as "on". */
    autonomy: async (): Promise<Autonomy> => (await kept("autonomy", Autonomy)) ?? INITIAL_AUTONOMY,
    /** Changes them under their ETag: who changes one does not put the other back. */
    changeAutonomy: (decide: (current: Autonomy) => Autonomy): Promise<Autonomy> =>
      guardedChange(documents, at("autonomy"), Autonomy, (current) => {
        const next = decide(current ?? INITIAL_AUTONOMY);
        return { next, answer: next };
      }),

    /** The phase that the record has earned; null before the gate was first evaluated. */
    graduation: (): Promise<Graduation | null> => kept("graduation", Graduation),
    /** Evaluates it under its ETag: of two at once, the second judges what the first one left. */
    changeGraduation: (decide: (current: Graduation | null) => Graduation): Promise<Graduation> =>
      guardedChange(documents, at("graduation"), Graduation, (current) => {
        const next = decide(current);
        return { next, answer: next };
      }),

    chat: (chatId: string): Promise<Stored<Chat> | null> => documents.read(at(chatId), Chat),
    createChat: (chat: Chat) => documents.create(ending(chat.chatId, "chat"), chat),
    replaceChat: (chat: Chat, etag: string) => documents.replace(ending(chat.chatId, "chat"), chat, etag),

    probeAnswer: <T>(requestId: string, schema: z.ZodType<T>): Promise<T | null> => kept(requestId, schema),
    answerProbe: (requestId: string, answer: ServerCheck | ServerReport) =>
      documents.put(ending(requestId, "answer"), answer),

    /** How far the audit archive has got; null before the first time. */
    archiveProgress: (): Promise<ArchiveProgress | null> => kept("audit-archive", ArchiveProgress),
    keepArchiveProgress: (progress: ArchiveProgress) => documents.put(at("audit-archive"), progress),

    /** Keeps a message that no handler can take, with the reason. */
    keepDeadLetter: (letterId: string, letter: Omit<DeadLetter, "sentAgain">) =>
      documents.create(ending(letterId, "letter"), { ...letter, letterId, sentAgain: null }),
    putDeadLetter: (letterId: string, letter: DeadLetter) =>
      documents.put(ending(letterId, "letter"), { ...letter, letterId }),
    deadLetter: async (letterId: string): Promise<DeadLetter | null> =>
      letterId.startsWith("dead-") ? without(await kept(letterId, Letter)) : null,
    /** The newest letters, at most a hundred. */
    deadLetters: async (): Promise<{ letterId: string; letter: DeadLetter }[]> => {
      const sql = `select top ${MOST_LETTERS} * from c where startswith(c.id, "dead-") order by c.at desc`;
      const { found } = await documents.search({ container: "system", sql, parameters: [] }, Letter);
      return found.map(({ value: { letterId, ...letter } }) => ({ letterId, letter }));
    },
  };
}

function without(found: z.infer<typeof Letter> | null): DeadLetter | null {
  if (found === null) return null;
  const { letterId: _, ...letter } = found;
  return letter;
}

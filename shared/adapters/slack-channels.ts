import { SlackFired, SlackProgress } from "../contracts/slack.ts";
import type { Address, Documents } from "./documents.ts";
import { guardedChange } from "./guarded-change.ts";

/** As long as the receipts of alerts: an end that comes later belongs to nothing any more. */
const TTL_SECONDS = 90 * 86_400;

/** The id of every document in `system` is also its partition. */
const at = (id: string): Address => ({ container: "system", id, partition: id });

/** What is kept of the channels of Slack that are read: how far, and which messages told of a rule's alerts on a server. */
export function slackChannelsOf(documents: Documents) {
  return {
    /** How far a channel was read; null for one that is seen for the first time. */
    progress: async (channel: string): Promise<SlackProgress | null> =>
      (await documents.read(at(`slack-read-${channel}`), SlackProgress))?.value ?? null,
    /** Changes it under its ETag. */
    changeProgress: (
      channel: string,
      decide: (current: SlackProgress | null) => SlackProgress,
    ): Promise<SlackProgress> =>
      guardedChange(documents, at(`slack-read-${channel}`), SlackProgress, (current) => {
        const next = decide(current);
        return { next, answer: next };
      }),
    /** Messages that told of alerts which a key stands for, the oldest first. */
    fired: async (key: string): Promise<string[]> => (await documents.read(at(key), SlackFired))?.value.fired ?? [],
    changeFired: (key: string, decide: (fired: readonly string[]) => string[] | null): Promise<void> =>
      guardedChange(documents, { ...at(key), ttlSeconds: TTL_SECONDS }, SlackFired, (current) => {
        const fired = decide(current?.fired ?? []);
        return { next: fired === null ? null : { fired }, answer: undefined };
      }),
  };
}

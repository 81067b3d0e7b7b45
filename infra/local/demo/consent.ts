// Beat 5: the run waits for a person, who always allows it.
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import type { Chat, ChatReply, ChatStep } from "../../../shared/contracts/chat.ts";
import { eventually } from "../eventually.ts";
import { ms, seconds } from "./in-words.ts";
import { must, type Scene, untilIncident, untilSent } from "./scene.ts";

/** What the demo's person answers: by choice, and in words. */
const ANSWERS: Partial<Record<ChatStep, ChatReply>> = {
  risk: { choiceId: "go-on" },
  scope: { choiceId: "table" },
  size: { text: "up to 2 GB" },
  window: { text: "any time" },
  quota: { text: "3 a day" },
  expiry: { choiceId: "expiry-30" },
};

/** The decision that was taken in the end: by the demo's person, or by somebody who was quicker. */
export async function decided(scene: Scene, incident: IncidentDetail): Promise<IncidentDetail> {
  await suspended(scene, incident);
  const isByOther = scene.personMs > 0 && (await decidedByOther(scene, incident));
  if (!isByOther) await allowAlways(scene, incident);
  const after = await untilIncident(scene, incident.incidentId, ({ decision: made }) => made !== null, "the decision");
  const { decision } = after;
  must(decision !== null, "nobody decided");
  must(decision.by.kind === "person", `decided by ${decision.by.kind}`);
  await untilSent(scene, "approvals", `${decision.decisionId}-approval`);
  const instructionId = decision.verdict === "approve" ? decision.instructionId : null;
  must(scene.personMs > 0 || instructionId !== null, "somebody else decided, though nobody was given time to");
  if (instructionId !== null) {
    const known = await eventually(
      async () =>
        (await scene.person.instructions()).find((instruction) => instruction.instructionId === instructionId),
      { signal: scene.signal, withinMs: 15_000, what: `the instruction ${instructionId}` },
    );
    scene.tell(`instruction: ${known.summary}`);
  }
  const what = decision.verdict === "skip" ? "skipped" : instructionId === null ? "approved once" : "always allowed";
  scene.tell(`${decision.by.name}: ${what}; approval message sent, decision ${decision.decisionId}`);
  return after;
}

async function suspended(scene: Scene, { incidentId, proposal }: IncidentDetail): Promise<void> {
  must(proposal !== null, "there is nothing to decide");
  const message = await untilSent(scene, "run-events", `${proposal.proposalId}-suspended`);
  const extended = async () => {
    const { lock } = await scene.person.server();
    return lock?.incidentId === incidentId && lock.leaseUntil === proposal.expiresAt ? lock : null;
  };
  const what = "a lock that lasts as long as the proposal";
  await eventually(extended, { signal: scene.signal, withinMs: 15_000, what });
  scene.tell(`suspended (message ${message.messageId}), holding the lock until ${proposal.expiresAt}`);
}

/** Gives a person time to decide in the dashboard; true when one did. */
async function decidedByOther({ person, dashboard, personMs, signal, tell }: Scene, { incidentId }: IncidentDetail) {
  tell(`the demo decides in ${seconds(personMs)}, unless you do first at ${dashboard}/incidents/${incidentId}`);
  const decision = async () => (await person.incident(incidentId)).decision;
  return eventually(decision, { signal, withinMs: personMs, everyMs: 300 }).then(
    () => true,
    () => {
      signal.throwIfAborted();
      return false;
    },
  );
}

/** Goes through the conversation and confirms it; stops as soon as somebody else has decided. */
async function allowAlways(scene: Scene, { incidentId, proposal }: IncidentDetail): Promise<void> {
  const { person, tell } = scene;
  const begin = performance.now();
  let chat = await person.openChat(incidentId, proposal?.proposalId ?? "");
  tell("Always allow:");
  if (chat !== null) tell(`  PgMedic: ${chat.messages[0]?.text ?? ""}`);
  while (chat !== null && chat.step !== "summary") chat = await answered(scene, chat);
  if (chat === null) return tell("  somebody else decided meanwhile");
  must(chat.summary !== null, "the conversation has no summary");
  const confirmed = await person.confirm(chat);
  if (confirmed === null) return tell("  somebody else decided meanwhile");
  must(confirmed.step === "confirmed" && confirmed.instructionId !== null, `confirming led to ${confirmed.step}`);
  tell(`  confirmed after ${ms(performance.now() - begin)}`);
}

async function answered({ person, tell }: Scene, chat: Chat): Promise<Chat | null> {
  const reply = ANSWERS[chat.step];
  must(reply !== undefined, `the conversation asks for ${chat.step}, which the demo does not know`);
  const question = chat.messages.at(-1)?.text ?? chat.step;
  const next = await person.reply(chat, reply);
  if (next === null) return null;
  must(
    next.step !== chat.step,
    `the conversation did not understand ${JSON.stringify(reply)}: ${next.messages.at(-1)?.text}`,
  );
  const said = next.messages.findLast(({ from }) => from === "person")?.text;
  tell(`  ${question} — ${said}`);
  return next;
}

import { describe, expect, test } from "vitest";
import { Chat, type ChatReply } from "../../../shared/contracts/chat.ts";
import { Instruction } from "../../../shared/contracts/instruction.ts";
import { beginChat, continueChat, instructionOf } from "../../../shared/core/always-allow/conversation.ts";
import { ANN, aProposal, NOW } from "../../support/incidents.ts";

const SUBJECT = { serverId: "shop", incidentId: "inc-1", proposal: aProposal() };
const NO_RECORD = { done: 0, improved: 0, undone: 0 };
const begin = (): Chat => beginChat("chat-1", SUBJECT, NO_RECORD, NOW);
const reply = (chat: Chat, answer: ChatReply): Chat => continueChat(chat, answer, SUBJECT, NOW);
const say = (...texts: string[]): Chat => texts.reduce((chat, text) => reply(chat, { text }), begin());
const TO_THE_END = ["yes", "database", "2 GB", "nights", "3", "6 weeks"];

test("the conversation begins with the risk, and its end is an instruction in plain words", () => {
  expect(begin().messages[0]?.text).toContain("next time nobody is asked");
  const chat = say(...TO_THE_END);
  expect(Chat.parse(chat)).toEqual(chat);
  expect(chat).toMatchObject({ step: "summary", choices: [] });
  expect(chat.summary).toContain(
    "in the database shop of the server shop, on tables of up to 2 GB, every day from 22:00",
  );
  const instruction = instructionOf(chat, ANN, NOW);
  expect(Instruction.parse(instruction)).toEqual(instruction);
  expect(instruction).toMatchObject({
    maxTableBytes: 2 * 2 ** 30,
    maxPerDay: 3,
    window: { from: "22:00", to: "06:00" },
    expiresAt: "2027-01-01T10:00:00.000Z",
    createdBy: ANN,
  });
  expect(instructionOf(chat, ANN, NOW)).toEqual(instruction);
});

test("before its end a conversation makes no instruction", () => {
  for (let answers = 0; answers < TO_THE_END.length; answers += 1)
    expect(instructionOf(say(...TO_THE_END.slice(0, answers)), ANN, NOW)).toBeNull();
});

describe.each(TO_THE_END.map((_, answered) => answered))("after %i answers", (answered) => {
  const chat = say(...TO_THE_END.slice(0, answered));

  test("each choice means the same whether it is pressed or said", () => {
    for (const { id, label } of chat.choices) {
      const pressed = reply(chat, { choiceId: id });
      const said = reply(chat, { text: label });
      expect([said.step, said.terms], label).toEqual([pressed.step, pressed.terms]);
      expect(pressed.step, label).not.toBe(chat.step);
    }
  });

  test("what is not understood is asked again with a hint and changes nothing", () => {
    for (const answer of [{ text: "purple" }, { choiceId: "never-offered" }]) {
      const next = reply(chat, answer);
      expect(next).toMatchObject({ step: chat.step, terms: chat.terms });
      expect(next.messages.at(-1)?.text).toMatch(/^I did not understand that\./);
    }
  });
});

test("limits that make no sense are not taken", () => {
  expect(say("yes", "table", "0 GB").step).toBe("size");
  expect(say("yes", "table", "1 GB", "25:00-26:00").step).toBe("window");
  expect(say("yes", "table", "1 GB", "any time", "500").step).toBe("quota");
  expect(say("yes", "table", "1 GB", "any time", "1", "9 years").step).toBe("expiry");
});

test("whoever starts over is asked again from the scope on", () => {
  expect(say(...TO_THE_END, "start over")).toMatchObject({ step: "scope", summary: null });
});

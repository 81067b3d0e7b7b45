// The wire to a model: what is sent, and what is taken for an answer.
import { afterEach, beforeEach, expect, test } from "vitest";
import { modelOf } from "../../../shared/adapters/model.ts";
import { readSettings } from "../../../functions/settings.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";

let fake: Fake;
let reply: Reply;
beforeEach(async () => {
  reply = said('{"cause":"none"}');
  fake = await startFake(() => reply);
});
afterEach(() => fake.stop());

const said = (content: string | null, refusal: string | null = null): Reply => ({
  status: 200,
  body: {
    id: "chatcmpl-1",
    choices: [{ index: 0, message: { role: "assistant", content, refusal }, finish_reason: "stop" }],
  },
});
const ask = (key?: string): Promise<string> =>
  modelOf({ endpoint: `${fake.url}/openai/v1/`, name: "gpt", key }).ask({
    system: "You are a DBA.",
    user: "What is it?",
    schema: { type: "object" },
  });

test("a question goes to chat completions with its schema, and the answer's text comes back", async () => {
  expect(await ask("a key")).toBe('{"cause":"none"}');
  const [asked] = fake.asked;
  expect(asked).toMatchObject({ method: "POST", path: "/openai/v1/chat/completions" });
  expect(asked?.headers.authorization).toBe("Bearer a key");
  expect(JSON.parse(asked?.body ?? "")).toMatchObject({
    model: "gpt",
    messages: [
      { role: "system", content: "You are a DBA." },
      { role: "user", content: "What is it?" },
    ],
    response_format: { type: "json_schema", json_schema: { strict: true, schema: { type: "object" } } },
  });
});

test("a model on this machine without a key gets no token", async () => {
  await ask();
  expect(fake.asked[0]?.headers.authorization).toBeUndefined();
});

test.each<[string, Reply, RegExp]>([
  ["an error", { status: 429, body: { error: "slow down" } }, /the model answered 429/],
  ["another service's answer", { status: 200, body: { hello: "world" } }, /does not answer as OpenAI's does/],
  ["no JSON", { status: 200, body: "<html>" }, /does not answer as OpenAI's does/],
  ["nothing", said(null), /the model said nothing/],
  ["a refusal", said(null, "I cannot"), /the model refused to answer/],
  ["a book", said("x".repeat(200_000)), /too long/],
])("%s is no answer", async (_what, given, because) => {
  reply = given;
  await expect(ask("a key")).rejects.toThrow(because);
});

test("a redirect is not followed: it would carry the key along", async () => {
  const other = await startFake(() => said("{}"));
  reply = { status: 307, headers: { location: `${other.url}/elsewhere` } };
  await expect(ask("a key")).rejects.toThrow();
  expect(other.asked).toEqual([]);
  await other.stop();
});

test("a model elsewhere is asked over https only", () => {
  const settings = { COSMOS_ENDPOINT: "http://127.0.0.1:1", PGMEDIC_MODEL: "gpt" };
  const at = (url: string) => () => readSettings({ ...settings, PGMEDIC_MODEL_ENDPOINT: url });
  expect(at("http://models.example/v1")).toThrow("a model is asked over https");
  expect(at("https://models.example/v1")).not.toThrow();
  expect(at("http://localhost:11434/v1")).not.toThrow();
});

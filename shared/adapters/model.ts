import { z } from "zod";
import { tokenFor } from "./identity.ts";
import { jsonIn } from "./json.ts";

/** A language model that answers in JSON of a given schema. */
export type Model = {
  name: string;
  /** The answer's text. Rejects when there is none in time, with the reason. */
  ask: (question: { system: string; user: string; schema: object }) => Promise<string>;
};
export type ModelSettings = { endpoint: string; name: string; key: string | undefined };

const TIMEOUT_MS = 20_000;
const MOST_BYTES = 100_000;
const MOST_TOKENS = 4_000;
const SCOPE = "https://cognitiveservices.azure.com/.default";
const Completion = z.looseObject({
  choices: z
    .array(z.looseObject({ message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }) }))
    .min(1),
});

/**
 * A model behind OpenAI's chat completions: Azure OpenAI's `…/openai/v1`, to which the app's identity signs in, or any other that speaks it,
 * with a key. One call, of which the documentation of both is the same; the client library would be three quarters of the package.
 */
export function modelOf({ endpoint, name, key }: ModelSettings): Model {
  const url = `${endpoint.replace(/\/$/, "")}/chat/completions`;
  const isLocal = new URL(endpoint).protocol === "http:";
  return {
    name,
    ask: async ({ system, user, schema }) => {
      const bearer = key ?? (isLocal ? undefined : await tokenFor(SCOPE));
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        body: JSON.stringify({
          model: name,
          max_completion_tokens: MOST_TOKENS,
          messages: [
            { role: "system", content: system },
            { role: "user", content: user },
          ],
          response_format: { type: "json_schema", json_schema: { name: "opinion", strict: true, schema } },
        }),
        // A redirect would carry question and key elsewhere.
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`the model answered ${response.status}`);
      if (text.length > MOST_BYTES) throw new Error("the model's answer is too long");
      return contentOf(text);
    },
  };
}

function contentOf(text: string): string {
  const completion = Completion.safeParse(jsonIn(text));
  if (!completion.success) throw new Error("the model's endpoint does not answer as OpenAI's does");
  const message = completion.data.choices[0]?.message;
  if (message?.content == null || message.content === "")
    throw new Error(message?.refusal == null ? "the model said nothing" : "the model refused to answer");
  return message.content;
}

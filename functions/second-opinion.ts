import { z } from "zod";
import { jsonIn } from "../shared/adapters/json.ts";
import type { Diagnosis } from "../shared/contracts/diagnosis.ts";
import type { AlertDigest } from "../shared/contracts/incident.ts";
import { Opinion, type SecondOpinion } from "../shared/contracts/second-opinion.ts";
import type { Cause } from "../shared/contracts/taxonomy.ts";
import { digest } from "../shared/core/digest.ts";
import { failureText } from "../shared/core/log-text.ts";
import { agrees, type Question, questionAbout } from "../shared/core/second-opinion.ts";
import { services } from "./services.ts";

/** An opinion with the question that it answers, for the record; null where no model is set. */
export type Asked = { opinion: SecondOpinion; question: Question; answer: string | null };
/** Where it is kept beside the incident. */
export const opinionId = (runId: string): string => `opinion-${runId}`.slice(0, 40);
type About = { alert: AlertDigest | null; causes: readonly Cause[] };

/**
 * Asks the model, where there is one, what it makes of the evidence. It gets no conclusion and may answer with one of the playbook's causes
 * or none; what it answers otherwise is no opinion. Never rejects: an incident does not wait for a model.
 */
export async function askForOpinion(diagnosis: Diagnosis, { alert, causes }: About): Promise<Asked | null> {
  const { model, now } = services();
  // Where nothing was seen there is nothing to have an opinion on.
  if (model === null || diagnosis.evidence.length === 0) return null;
  const question = questionAbout(diagnosis, alert, causes);
  const startedAt = now();
  const unavailable = (why: string, answer: string | null): Asked => ({
    opinion: { outcome: "unavailable", model: model.name, why, at: now().toISOString() },
    question,
    answer,
  });
  let answer: string;
  try {
    answer = await model.ask({ ...question, schema: answerSchema(question) });
  } catch (failure) {
    return unavailable(failureText(failure), null);
  }
  const read = Opinion.safeParse(jsonIn(answer));
  if (!read.success || !question.causes.includes(read.data.cause))
    return unavailable("the model answered something that it was not asked for", answer);
  const opinion: SecondOpinion = {
    outcome: "given",
    model: model.name,
    agrees: agrees(diagnosis, read.data),
    ...read.data,
    questionDigest: digest(question),
    ms: now().getTime() - startedAt.getTime(),
    at: now().toISOString(),
  };
  return { opinion, question, answer };
}

/** The answer's JSON schema, in the dialect that structured output takes: every field required, none added. */
const answerSchema = ({ causes }: Question): object =>
  z.toJSONSchema(z.strictObject({ cause: z.enum([...causes]), confidence: z.number(), because: z.string() }));

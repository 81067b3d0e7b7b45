import { setTimeout as sleep } from "node:timers/promises";
import type { InvocationContext } from "@azure/functions";
import { z } from "zod";
import { tokenFor } from "../shared/adapters/identity.ts";
import { Instant } from "../shared/contracts/primitives.ts";
import { hourBefore, hourOf, signOfLifeFor, signOfLifeReceiptId } from "../shared/core/sign-of-life.ts";
import { services } from "./services.ts";

/** The alert rule "sign-of-life-lost" of infra/modules/own-alerts.bicep looks for lines that begin with this. */
export const SILENCE = "pgmedic.silence";

const TRIES = 3;
const TIMEOUT_MS = 10_000;
/** Since when this installation gives signs of life: before that a missing receipt means nothing. */
const SINCE = { container: "system", id: "sign-of-life", partition: "sign-of-life" } as const;
const Since = z.looseObject({ since: Instant });

let isExplained = false;

/**
 * Every hour: posts a sign of life to the public endpoint, the way an alert comes, and looks for the receipt of the hour before. What is
 * missing is an error that pages people: PgMedic hears nothing, and would not notice otherwise.
 */
export async function giveSignOfLife(_timer: unknown, context: InvocationContext): Promise<void> {
  const { documents, alerts, settings, now } = services();
  const url = settings.PGMEDIC_SIGN_OF_LIFE_URL;
  if (url === undefined) {
    if (!isExplained) context.log("no sign of life is given: PGMEDIC_SIGN_OF_LIFE_URL is not set");
    isExplained = true;
    return;
  }
  const moment = now();
  const before = hourBefore(moment);
  await documents.create(SINCE, { since: moment.toISOString() });
  const since = (await documents.read(SINCE, Since))?.value.since ?? moment.toISOString();
  const complain = (what: string): void => context.error(`${SILENCE}: ${what}`);
  if (hourOf(new Date(since)) <= before && (await alerts.read(signOfLifeReceiptId(before))) === null)
    complain(`the sign of life of ${before} has left no receipt: alerts do not reach PgMedic`);

  const problem = await post(url, hourOf(moment), settings.INGEST_AUDIENCE);
  if (problem !== null) complain(`the sign of life of ${hourOf(moment)} was not taken: ${problem}`);
}

/** Posts it, up to three times; null when it was taken, else what was wrong the last time. */
async function post(url: string, hour: string, audience: string | undefined): Promise<string | null> {
  let problem: string | null = null;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await sleep(1_000 * attempt);
    problem = await postOnce(url, hour, audience).catch((failure: unknown) => String(failure));
    if (problem === null) return null;
  }
  return problem;
}

async function postOnce(url: string, hour: string, audience: string | undefined): Promise<string | null> {
  const target = new URL(url);
  target.searchParams.set("source", "pgmedic");
  const authorization: Record<string, string> =
    audience === undefined ? {} : { authorization: `Bearer ${await tokenFor(`${audience}/.default`)}` };
  const response = await fetch(target, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization },
    body: JSON.stringify(signOfLifeFor(hour)),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  return response.status === 202 ? null : `${response.status} ${text.slice(0, 200)}`;
}

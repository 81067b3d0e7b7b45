import type { HttpResponseInit } from "@azure/functions";
import { Health } from "../shared/contracts/api.ts";
import { answer } from "./problem.ts";
import { services } from "./services.ts";

const PATIENCE_MS = 2_000;

/** `GET /api/health`: 200 while what PgMedic depends on answers, else 503. */
export async function health(): Promise<HttpResponseInit> {
  const documents = await reach("documents", services().documents.ping());
  const dependencies = [documents];
  const isWell = dependencies.every(({ ok }) => ok);
  return answer(isWell ? 200 : 503, Health.parse({ status: isWell ? "ok" : "degraded", dependencies }));
}

async function reach(name: string, attempt: Promise<void>) {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    await Promise.race([attempt, tooLate]);
    return { name, ok: true, detail: null };
  } catch (failure) {
    return { name, ok: false, detail: failure instanceof Error ? failure.message : String(failure) };
  } finally {
    clearTimeout(timer);
  }
}

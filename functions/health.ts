import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { Health } from "../shared/contracts/api.ts";
import { failureText } from "../shared/core/log-text.ts";
import { answer } from "./problem.ts";
import { services } from "./services.ts";

const PATIENCE_MS = 2_000;
/** Anybody may ask, as often as they like: the dependencies are asked this often at most. */
const FRESH_MS = 5_000;

type Dependency = Health["dependencies"][number];
type Log = Pick<InvocationContext, "warn">;

let known: { at: number; documents: Promise<Dependency> } | null = null;

/** `GET /api/health`: 200 while what PgMedic depends on answers, else 503. What is wrong in detail stands in the log alone. */
export async function health(_request: HttpRequest, context: Log): Promise<HttpResponseInit> {
  if (known === null || performance.now() - known.at > FRESH_MS) {
    const documents = reach("documents", services().documents.ping(), context);
    known = { at: performance.now(), documents };
  }
  const dependencies = [await known.documents];
  const isWell = dependencies.every(({ ok }) => ok);
  return answer(isWell ? 200 : 503, Health.parse({ status: isWell ? "ok" : "degraded", dependencies }));
}

async function reach(name: Dependency["name"], attempt: Promise<void>, context: Log): Promise<Dependency> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<"no answer in time">((resolve) => {
    timer = setTimeout(() => resolve("no answer in time"), PATIENCE_MS);
  });
  const reached = attempt.then(
    () => null,
    (failure: unknown) => {
      context.warn(`${name} cannot be reached: ${failureText(failure)}`);
      return "not reachable" as const;
    },
  );
  const detail = await Promise.race([reached, tooLate]);
  clearTimeout(timer);
  return { name, ok: detail === null, detail };
}

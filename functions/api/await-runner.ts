import type { HttpResponseInit } from "@azure/functions";

/** How long a caller waits for the runner's answer before it gets a place to look for it. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 150;

/** What the runner stored when it was asked, as soon as it is there; else 202 with the place where it will be. */
export async function awaitRunner<T>(
  look: () => Promise<T | null>,
  answerWith: (found: T) => HttpResponseInit,
  location: string,
): Promise<HttpResponseInit> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== null) return answerWith(found);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return { status: 202, headers: { location, "retry-after": "5" } };
}

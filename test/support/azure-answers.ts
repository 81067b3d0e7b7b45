// Azure as a real server on this machine that gives recorded answers in turn.
import { type Asked, type Fake, type Reply, startFake } from "./http-fake.ts";

export type Answering = (asked: Asked, url: string) => Reply | Promise<Reply>;

/** Gives these answers one after the other, and then the last one again and again. */
export function azureAnswers(...replies: Answering[]): Promise<Fake> {
  let at = 0;
  return startFake((asked, url) => {
    const reply = replies[Math.min(at, replies.length - 1)];
    at += 1;
    return reply?.(asked, url) ?? { status: 404 };
  });
}

/** A refusal as Azure Resource Manager and Azure Monitor write it. */
export const failure =
  (status: number, code: string, message: string, headers?: Record<string, string>): Answering =>
  () => ({ status, body: { error: { code, message } }, ...(headers === undefined ? {} : { headers }) });

export const THROTTLED = failure(429, "TooManyRequests", "Too many requests.", { "retry-after": "0" });

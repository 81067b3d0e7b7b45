// Hooks around invocations and log lines, as the Node worker calls them.
import { afterEach, expect, test } from "vitest";
import { app } from "@azure/functions";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { type Host, startHost } from "../../../infra/local/host/host.ts";
import type { LogEntry } from "../../../infra/local/host/invocation.ts";

let host: Host | undefined;
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const lines: LogEntry[] = [];
const start = async (register: () => void): Promise<string> => {
  lines.length = 0;
  const collected = await collectApp(register);
  host = await startHost({ app: collected, port: 0, stateFolder: ":memory:", log: (entry) => lines.push(entry) });
  return host.origin;
};

test("a hook may wrap the handler before the call, and sees and changes what the function logs", async () => {
  const seen: string[] = [];
  const origin = await start(() => {
    app.http("greet", {
      handler: (request, context) => {
        context.warn("secret of", request.query.get("name"));
        return { body: context.traceContext?.traceParent ?? "none" };
      },
    });
    app.hook.preInvocation((call) => {
      const { functionHandler, invocationContext } = call;
      call.functionHandler = (...inputs) => {
        seen.push(`before ${invocationContext.functionName}`);
        const answer: unknown = functionHandler(...inputs);
        return answer;
      };
    });
    app.hook.log((line) => {
      seen.push(`${line.level} ${line.category} ${line.message} ${line.invocationContext?.functionName}`);
      line.message = line.message.replace("secret", "word");
    });
  });
  const answer = await fetch(`${origin}/api/greet?name=ann`);
  expect({ status: answer.status, traceparent: await answer.text() }).toEqual({ status: 200, traceparent: "" });
  expect(seen).toEqual(["before greet", "warning user secret of ann greet"]);
  expect(lines).toEqual([{ level: "warning", functionName: "greet", message: "word of ann" }]);
});

test("a hook that the host does not know is refused when it is registered", async () => {
  await expect(collectApp(() => app.hook.postInvocation(() => {}))).rejects.toThrow(
    'The hook "postInvocation" is not supported locally.',
  );
});

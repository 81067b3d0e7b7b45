import { runInThisContext } from "node:vm";
import * as df from "durable-functions";
import fx from "@azure/functions";
import type { ManualClock } from "../../../../infra/local/host/clock.ts";
import {
  collectApp,
  type App,
  type InvocationModel,
  type RpcValue,
} from "../../../../infra/local/host/functions-core.ts";
import type { Scenario } from "./recording.ts";

/** What went over the wire between our host and one function. */
export interface ObservedInvocation {
  readonly functionName: string;
  readonly triggerType: string;
  readonly input: RpcValue | undefined;
  inputs: unknown[];
  returned?: RpcValue | undefined;
  thrown?: unknown;
}

export interface RecordedApp {
  readonly app: App;
  readonly observed: ObservedInvocation[];
  /** Makes the recorded orchestrators that break determinism do it from now on. */
  changeCode(): void;
}

/** What the recorded sources may use besides their arguments. */
interface Scope {
  readonly df: typeof df;
  readonly sleep: (ms: number) => Promise<void>;
  readonly attempts: Record<string, number>;
  readonly flag: (name: string) => string | undefined;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** Turns the source of a recorded function into that function; the sources are this repository's own recordings. */
function compile(source: string, scope: Scope): AnyFunction {
  const build = runInThisContext(`(${Object.keys(scope).join(", ")}) => (${source})`) as (
    ...values: readonly unknown[]
  ) => AnyFunction; // the text says so
  return build(...Object.values<unknown>({ ...scope }));
}

/** Builds the recorded functions as a real app, plus one HTTP function that calls the SDK's client. */
export async function buildRecordedApp(scenario: Scenario, clock: ManualClock): Promise<RecordedApp> {
  // The recorder switched its flags from outside: "boom" was on from the beginning, "nondet" changed later.
  const flags: Record<string, string> = { boom: "on" };
  const scope: Scope = {
    df,
    sleep: (ms) => new Promise((resolve) => clock.wakeAt(clock.now() + ms, resolve)),
    attempts: {},
    flag: (name) => flags[name],
  };
  const app = await collectApp(() => {
    const { orchestratorName, orchestrator } = scenario;
    if (typeof orchestrator === "string" && typeof orchestratorName === "string") {
      registerOrchestration(orchestratorName, compile(orchestrator, scope));
    }
    for (const [name, source] of Object.entries(scenario.sources)) {
      const activity = /^activity:(.*)$/.exec(name)?.[1];
      if (activity === undefined) registerOrchestration(name, compile(source, scope));
      else df.app.activity(activity, { handler: compile(source, scope) });
    }
    registerClientCaller();
  });
  const observed: ObservedInvocation[] = [];
  observe(app, observed);
  return { app, observed, changeCode: () => (flags["nondet"] = "changed") };
}

function registerOrchestration(name: string, handler: AnyFunction): void {
  df.app.orchestration(name, handler as df.OrchestrationHandler); // compiled from a recorded generator function
}

function registerClientCaller(): void {
  fx.app.http("clientCaller", {
    route: "client/{method}",
    methods: ["POST"],
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => {
      const client = df.getClient(context);
      const method: unknown = Reflect.get(client, request.params["method"] ?? "");
      if (typeof method !== "function") return { status: 404 };
      const args = (await request.json()) as unknown[]; // the driver sends the recorded argument list
      try {
        const result: unknown = await Reflect.apply(method, client, args);
        return { jsonBody: { result: result ?? null } };
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return { jsonBody: { result: null, error: { name, message } } };
      }
    },
  });
}

interface CoreInvocation {
  readonly metadata: { name: string; bindings: Record<string, { type: string; direction: string }> };
  readonly request: { inputData: { name: string; data?: RpcValue }[] };
}

/** Notes each invocation's wire values without changing them. */
function observe(app: App, observed: ObservedInvocation[]): void {
  const { model } = app;
  if (model === undefined) throw new Error("The recorded app loaded no programming model.");
  app.model = {
    getCapabilities: (capabilities) => model.getCapabilities(capabilities),
    getInvocationModel(invocation) {
      const core = invocation as CoreInvocation; // the shape that our own invoker builds
      const inner = model.getInvocationModel(invocation);
      const { name, bindings } = core.metadata;
      const [bindingName, binding] = Object.entries(bindings).find(([, each]) => /trigger$/i.test(each.type)) ?? [];
      const data = core.request.inputData.find((each) => each.name === bindingName)?.data;
      const note: ObservedInvocation = {
        functionName: name,
        triggerType: binding?.type ?? "",
        input: data,
        inputs: [],
      };
      observed.push(note);
      return noting(inner, note);
    },
  };
}

function noting(inner: InvocationModel, note: ObservedInvocation): InvocationModel {
  return {
    async getArguments() {
      const result = await inner.getArguments();
      note.inputs = structuredClone(
        result.inputs.filter((input) => note.triggerType === "activityTrigger" || input === null),
      );
      return result;
    },
    async invokeFunction(context, inputs, handler) {
      try {
        return await inner.invokeFunction(context, inputs, handler);
      } catch (error) {
        note.thrown = error;
        throw error;
      }
    },
    async getResponse(context, result) {
      const response = await inner.getResponse(context, result);
      note.returned = response.returnValue ?? undefined;
      return response;
    },
  };
}

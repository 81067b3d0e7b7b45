import { randomBytes, randomUUID } from "node:crypto";
import type { App, RegisteredFunction, RpcValue } from "./functions-core.ts";

export interface LogEntry {
  readonly level: string;
  readonly functionName: string;
  readonly message: string;
}

/** Where everything that the host and the functions log goes. */
export type LogSink = (entry: LogEntry) => void;

export interface Invocation {
  readonly function: RegisteredFunction;
  /** The trigger's value; undefined is null on the wire. */
  readonly trigger: RpcValue | undefined;
  readonly triggerMetadata?: Readonly<Record<string, RpcValue>>;
  /** The W3C trace context of what triggered it; without one a trace begins with it. */
  readonly traceparent?: string;
}

export type InvocationResult =
  | { readonly kind: "returned"; readonly value: RpcValue | undefined }
  | { readonly kind: "threw"; readonly message: string; readonly stack: string };

export type Invoke = (invocation: Invocation) => Promise<InvocationResult>;

/** The binding that starts a function; the library guarantees exactly one. */
export function triggerOf(definition: RegisteredFunction): {
  name: string;
  type: string;
  options: Record<string, unknown>;
} {
  const found = Object.entries(definition.bindings).find(([, binding]) => /trigger$/i.test(binding.type));
  if (found === undefined) throw new Error(`The function "${definition.name}" has no trigger.`);
  const [name, binding] = found;
  return { name, type: binding.type, options: { ...binding } };
}

const CLIENT_TYPES = new Set(["durableclient", "orchestrationclient"]);

/** Refuses what this host cannot run, so that an app fails at start and not at the first call. */
export function refuseUnsupported(app: App): void {
  for (const definition of app.functions.values()) {
    for (const [name, binding] of Object.entries(definition.bindings)) {
      const isTrigger = binding === definition.bindings[triggerOf(definition).name];
      const isHttpResponse = binding.direction === "out" && binding.type.toLowerCase() === "http";
      if (isTrigger || isHttpResponse || CLIENT_TYPES.has(binding.type.toLowerCase())) continue;
      throw new Error(
        `The function "${definition.name}" uses the binding "${name}" of type "${binding.type}", which is not supported locally.`,
      );
    }
  }
}

/** The host has a span of its own for every invocation, in the trace of what triggered it; here nobody exports it. */
function ownTraceparent(parent: string | undefined): string {
  const traceId = /^00-([0-9a-f]{32})-/.exec(parent ?? "")?.[1] ?? randomBytes(16).toString("hex");
  return `00-${traceId}-${randomBytes(8).toString("hex")}-01`;
}

/** Calls functions as the Node worker does: wire values in, the library's conversions, wire values out. */
export function createInvoker(options: { app: App; clientBinding: () => string; log: LogSink }): Invoke {
  return async (invocation) => {
    const { name, bindings, handler } = invocation.function;
    const { model, hooks, isTraced } = options.app;
    if (model === undefined) throw new Error("The app never loaded @azure/functions.");
    const invocationId = randomUUID();
    let invocationContext: unknown;
    const inputData = Object.entries(bindings)
      .filter(([, binding]) => binding.direction === "in")
      .map(([bindingName, binding]) => ({
        name: bindingName,
        data: CLIENT_TYPES.has(binding.type.toLowerCase()) ? { string: options.clientBinding() } : invocation.trigger,
      }));
    const worker = model.getInvocationModel({
      invocationId,
      metadata: { name, bindings },
      request: {
        inputData,
        triggerMetadata: invocation.triggerMetadata ?? {},
        traceContext: {
          traceParent: isTraced ? ownTraceparent(invocation.traceparent) : "",
          traceState: "",
          attributes: {},
        },
      },
      log: (level: string, category: string, message: string) => {
        const line = { hookData: {}, level, category, message, invocationContext };
        for (const hook of hooks.log) hook(line);
        options.log({ level: line.level, functionName: name, message: line.message });
      },
    });
    try {
      const { context, inputs } = await worker.getArguments();
      invocationContext = context;
      const call = { hookData: {}, functionCallback: handler, inputs, invocationContext };
      for (const hook of hooks.preInvocation) await hook(call);
      const result = await worker.invokeFunction(context, call.inputs, call.functionCallback);
      const response = await worker.getResponse(context, result);
      return { kind: "returned", value: response.returnValue ?? undefined };
    } catch (thrown) {
      return { kind: "threw", ...describeThrown(thrown) };
    }
  };
}

/** A thrown value that is no Error travels as its text, as the worker does it. */
function describeThrown(thrown: unknown): { message: string; stack: string } {
  const error =
    thrown instanceof Error ? thrown : new Error(typeof thrown === "string" ? thrown : JSON.stringify(thrown));
  return { message: error.message, stack: error.stack ?? error.message };
}

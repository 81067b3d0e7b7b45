import type { RegisteredFunction, RpcValue } from "../functions-core.ts";
import type { Invoke } from "../invocation.ts";
import type { ActivityCall } from "./store.ts";

export type ActivityOutcome =
  | { readonly kind: "completed"; readonly result: string | null }
  | { readonly kind: "failed"; readonly reason: string; readonly details: string };

/** The host hands a boolean over as .NET writes it, and null as no value at all. */
function toRpc(input: string | null): RpcValue | undefined {
  if (input === null || input === "null") return undefined;
  if (input === "true") return { string: "True" };
  if (input === "false") return { string: "False" };
  return { string: input };
}

/** The JSON text that history keeps: whole numbers wrap at 64 bits, NaN becomes a string, bytes base64. */
function toResultText(value: RpcValue | undefined): string | null {
  if (value === undefined) return null;
  if (value.json !== undefined) return value.json;
  if (value.string !== undefined) return JSON.stringify(value.string);
  if (value.int !== undefined) return BigInt.asIntN(64, BigInt(value.int)).toString();
  if (value.bytes !== undefined) return JSON.stringify(Buffer.from(value.bytes).toString("base64"));
  const { double } = value;
  return JSON.stringify(double === undefined || Number.isFinite(double) ? (double ?? null) : String(double));
}

/** The serialized .NET exception that the caught error's message ends with; the host's own stack is left out. */
const failureDetails = (message: string, stack: string): string =>
  JSON.stringify({
    $type: "System.Exception, System.Private.CoreLib",
    ClassName: "System.Exception",
    Message: ` ${message}`,
    Data: null,
    InnerException: {
      $type: "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script",
      IsUserException: false,
      RemoteStackTrace: stack,
      RemoteMessage: message,
      RemoteTypeName: null,
      Message: `Result: Failure\nException: ${message}\nStack: ${stack}`,
      Data: { $type: "System.Collections.ListDictionaryInternal, System.Private.CoreLib" },
      InnerException: null,
      HelpLink: null,
      Source: "System.Private.CoreLib",
      HResult: -2146233088,
      StackTrace: "",
    },
    HelpURL: null,
    StackTraceString: null,
    RemoteStackTraceString: null,
    RemoteStackIndex: 0,
    ExceptionMethod: null,
    HResult: -2146233088,
    Source: null,
    WatsonBuckets: null,
  });

/** Runs an activity once; whatever it throws is an outcome. */
export async function callActivity(
  invoke: Invoke,
  definition: RegisteredFunction,
  call: ActivityCall,
): Promise<ActivityOutcome> {
  const result = await invoke({
    function: definition,
    trigger: toRpc(call.input),
    triggerMetadata: {
      instanceId: { string: call.instanceId },
      ...(call.input === null ? {} : { data: { json: call.input } }),
    },
  });
  if (result.kind === "returned") return { kind: "completed", result: toResultText(result.value) };
  return {
    kind: "failed",
    reason: `Activity function '${call.name}' failed:  ${result.message}`, // two spaces, as recorded
    details: failureDetails(result.message, result.stack),
  };
}

import { normalise } from "./normalise.ts";
import type { RecordedActivity, RecordedCall, RecordedEpisode, Scenario } from "./recording.ts";
import type { ObservedInvocation } from "./recorded-app.ts";
import type { ObservedCall, ObservedRun } from "./scenario-driver.ts";

/** Both sides of the comparison, in one form: episodes, activities, calls and final status, in order of time. */

export function recordedTrace(scenario: Scenario): unknown {
  const episodes = [...scenario.episodes, ...scenario.otherInstances.flatMap((other) => other.episodes)];
  return normalise({
    episodes: episodes.toSorted((a, b) => a.atMs - b.atMs).map(recordedEpisode),
    activities: scenario.activities.map(recordedActivity),
    calls: scenario.calls.map(recordedCall),
    finalStatus: { httpStatus: scenario.finalStatus?.httpStatus, body: scenario.finalStatus?.body },
  });
}

export function observedTrace(run: ObservedRun): unknown {
  const ofType = (type: string) => run.invocations.filter((each) => each.triggerType === type);
  return normalise({
    episodes: ofType("orchestrationTrigger").map(observedEpisode),
    activities: ofType("activityTrigger").map(observedActivity),
    calls: run.calls.map(observedCall),
    finalStatus: run.finalStatus,
  });
}

const recordedEpisode = ({ input, output, error }: RecordedEpisode): unknown =>
  error === undefined ? { input, output } : { input, error: error.message };

const observedEpisode = ({ input, returned, thrown }: ObservedInvocation): unknown => ({
  input: JSON.parse(input?.string ?? "null") as unknown,
  ...(thrown instanceof Error
    ? { error: thrown.message }
    : { output: JSON.parse(returned?.json ?? "null") as unknown }),
});

const recordedActivity = (each: RecordedActivity): unknown => ({
  activity: each.activity,
  input: { type: each.inputRpcType, value: each.input },
  handlerReceived: each.handlerReceived,
  handlerReceivedType: each.handlerReceivedType,
  ...(each.error === undefined
    ? { returned: { type: each.return?.rpcType ?? null, value: each.return?.value ?? null } }
    : { error: each.error.message ?? each.error.thrown }),
});

const observedActivity = (each: ObservedInvocation): unknown => ({
  activity: each.functionName,
  input: wireValue(each.input),
  handlerReceived: each.inputs[0] ?? null,
  handlerReceivedType: Array.isArray(each.inputs[0]) ? "array" : typeof each.inputs[0],
  ...(each.thrown === undefined
    ? { returned: wireValue(each.returned) }
    : { error: each.thrown instanceof Error ? each.thrown.message : each.thrown }),
});

/** The type and value of an rpc value, as the recorder wrote them. */
function wireValue(rpc: object | undefined): { type: string | null; value: unknown } {
  const [type = null, value = null] = Object.entries(rpc ?? {})[0] ?? [];
  if (Buffer.isBuffer(value)) return { type, value: { $bytes: value.toString("utf8") } };
  return { type, value: Number.isNaN(value) ? null : value };
}

/** Of a start's answer only the id: the recorder cut the links, which the management tests compare. */
const callBody = (body: unknown): unknown =>
  typeof body === "object" && body !== null && "id" in body ? { id: body.id } : body;

function recordedCall({ call, response, result, error }: RecordedCall): unknown {
  return response === undefined
    ? { call, answer: { result: result ?? null, error } }
    : { call, answer: { status: response.status, body: callBody(response.body) } };
}

function observedCall({ recorded: { call }, actual }: ObservedCall): unknown {
  const answer = actual.kind === "client" ? actual.answer : { status: actual.status, body: callBody(actual.body) };
  return { call, answer };
}

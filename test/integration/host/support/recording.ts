import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

/** The recorded scenarios of the real Functions host, as test/fixtures/real-host/README.md describes them. */

const FOLDER = new URL("../../../fixtures/real-host/", import.meta.url);

const Response = z.looseObject({ status: z.number(), body: z.unknown().optional() });

const Request = z.object({
  method: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().nullish(),
});

const Call = z.object({
  atMs: z.number(),
  call: z.string(),
  /** A call of the management API. */
  request: Request.optional(),
  response: Response.optional(),
  /** A call of the SDK's client. */
  args: z.array(z.unknown()).optional(),
  result: z.unknown().optional(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
});

const Event = z.looseObject({ EventType: z.number() });
const Payload = z.looseObject({ history: z.array(Event), instanceId: z.string() });

const Episode = z.object({
  atMs: z.number(),
  input: Payload,
  output: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});

const Rpc = z.object({ rpcType: z.string().nullable(), value: z.unknown().optional() }).nullable();

const Activity = z.object({
  activity: z.string(),
  inputRpcType: z.string().nullable(),
  input: z.unknown().optional(),
  handlerReceived: z.unknown().optional(),
  handlerReceivedType: z.string(),
  return: Rpc.optional(),
  error: z.looseObject({ message: z.string().optional(), thrown: z.string().optional() }).optional(),
});

const Status = z.object({
  httpStatus: z.number(),
  body: z.unknown().optional(),
  withoutHistory: z.object({ httpStatus: z.number(), body: z.unknown().optional() }).optional(),
});

const Instance = z.object({ instanceId: z.string(), orchestratorName: z.string(), episodes: z.array(Episode) });

const Scenario = z.object({
  scenario: z.string(),
  orchestratorName: z.string().nullish(),
  orchestrator: z.string().nullish(),
  sources: z.record(z.string(), z.string()).default({}),
  instanceId: z.string(),
  calls: z.array(Call),
  episodes: z.array(Episode),
  otherInstances: z.array(Instance).default([]),
  activities: z.array(Activity).default([]),
  finalStatus: Status.optional(),
});

export type Scenario = z.infer<typeof Scenario>;
export type RecordedCall = z.infer<typeof Call>;
export type RecordedEpisode = z.infer<typeof Episode>;
export type RecordedEvent = z.infer<typeof Event>;
export type RecordedActivity = z.infer<typeof Activity>;

const OTHER_RECORDINGS = ["client-binding", "http", "lifecycle", "management-api", "timers"];

/** The names of all recorded orchestration scenarios. */
export function scenarioNames(): string[] {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  return names.map((file) => file.replace(".json", "")).filter((name) => !OTHER_RECORDINGS.includes(name));
}

export const readRecording = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));

export const readScenario = (name: string): Scenario => Scenario.parse(readRecording(name));

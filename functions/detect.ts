import type { InvocationContext } from "@azure/functions";
import type { Anomaly, Baseline, BaselineMetric, Detection, Expiry, Reading } from "../shared/contracts/baseline.ts";
import type { Server } from "../shared/contracts/server.ts";
import { readAnomaly } from "../shared/core/alert-sources/pgmedic.ts";
import { afterTelling, anomalyIdOf, dueOf } from "../shared/core/anomalies.ts";
import { adopted, emptyBaseline, hourIndexOf, learnt } from "../shared/core/baselines.ts";
import { afterExpiries } from "../shared/core/expiries.ts";
import { afterReading, newDetection, type Step } from "../shared/core/detection.ts";
import { receive } from "./receive-alert.ts";
import { services } from "./services.ts";

/** What a minute of a server came to, and what ends there; null where that could not be read. */
type Minute = { reading: Reading; expiries: readonly Expiry[] | null };
type Log = Pick<InvocationContext, "warn">;
type Known = { hour: number; baselines: ReadonlyMap<BaselineMetric, Baseline> };

/** Baselines change once an hour, and are read as often. */
const known = new Map<string, Known>();

/**
 * Takes in what a minute of a server came to, and tells of what begins or ends with it. Whatever is repeated after a kill changes nothing: an
 * hour goes into its baseline once, the same reading counts once, and an anomaly that was told of is a duplicate.
 */
export async function detect({ serverId }: Server, { reading, expiries }: Minute, context: Log): Promise<void> {
  const { baselines } = services();
  const facts = { baselines: await baselinesAt(serverId, hourIndexOf(reading.at)), isActing: await isActing(serverId) };
  const before = (await baselines.detection(serverId)) ?? newDetection(serverId);
  const next = (state: Detection): Step | null => {
    const step = afterReading(state, reading, facts);
    if (step === null || expiries === null) return step;
    return { ...step, next: afterExpiries(step.next, expiries, reading.at) };
  };
  const step = next(before);
  if (step === null) return tellOf(before, context);
  await takeIn(serverId, step);
  const after = await baselines.changeDetection(serverId, (current) => {
    // Null where somebody was faster and has taken in the same minute.
    const after = next(current ?? newDetection(serverId))?.next ?? null;
    return { next: after, answer: after ?? current ?? before };
  });
  await tellOf(after, context);
}

async function baselinesAt(serverId: string, hour: number): Promise<Known["baselines"]> {
  const remembered = known.get(serverId);
  if (remembered?.hour === hour) return remembered.baselines;
  const baselines = await services().baselines.all(serverId);
  known.set(serverId, { hour, baselines });
  return baselines;
}

/** Hours and new levels go into the baselines before the state says so: each is there once, by its hour or its anomaly. */
async function takeIn(serverId: string, step: Step): Promise<void> {
  const { baselines } = services();
  for (const { metric, hour, moments } of step.learnt)
    await baselines.change(serverId, metric, (current) =>
      learnt(current ?? emptyBaseline(serverId, metric), hour, moments),
    );
  for (const { metric, anomalyId, offset } of step.adopted)
    await baselines.change(serverId, metric, (current) =>
      current === null ? null : adopted(current, anomalyId, offset),
    );
  if (step.learnt.length + step.adopted.length > 0) known.delete(serverId);
}

/** Whether a run is carrying something out on the server: an index build is felt, and is nobody's anomaly. */
async function isActing(serverId: string): Promise<boolean> {
  const lock = await services().servers.lock(serverId);
  if (lock === null) return false;
  const state = (await services().incidents.read(lock.incidentId))?.state;
  return state === "executing" || state === "verifying";
}

/** Tells of what has not been told of yet; a kill after telling makes it a duplicate the next minute. */
async function tellOf({ serverId, anomalies, latest }: Detection, context: Log): Promise<void> {
  const { baselines } = services();
  for (const anomaly of anomalies) {
    const condition = dueOf(anomaly);
    if (condition === null) continue;
    const maxConnections = latest?.maxConnections ?? null;
    const { disposition, incidentId, reason } = await receive(
      readAnomaly({ serverId, anomaly, maxConnections }, condition),
    );
    context.warn(`${condition} on ${serverId}: ${anomaly.said}; ${disposition} ${incidentId ?? reason ?? ""}`);
    await baselines.changeDetection(serverId, (current) => ({
      next: current === null ? null : withTold(current, anomaly, afterTelling(anomaly, condition, incidentId)),
      answer: undefined,
    }));
  }
}

function withTold(state: Detection, anomaly: Anomaly, { told, incidentId }: Anomaly): Detection {
  const id = anomalyIdOf(state.serverId, anomaly);
  const anomalies = state.anomalies.map((one) =>
    anomalyIdOf(state.serverId, one) === id ? { ...one, told, incidentId } : one,
  );
  return { ...state, anomalies };
}

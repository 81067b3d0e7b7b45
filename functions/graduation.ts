import type { InvocationContext } from "@azure/functions";
import { UnreadableDocument } from "../shared/adapters/documents.ts";
import type { Graduation, Phase } from "../shared/contracts/autonomy.ts";
import { effectivePhase, graduate, recordSince, type GraduationRecord } from "../shared/core/graduation.ts";
import { outcomeOf } from "../shared/core/track-record.ts";
import { services } from "./services.ts";

/** Evaluates the graduation gate by the record as it is now, and keeps what became of the phase; null when that cannot be read. */
export async function evaluateGraduation(): Promise<Graduation | null> {
  const { system, now } = services();
  // Before the record is read: what comes between the two must not lie before the phase that follows from it.
  const moment = now();
  const record = await trackRecord();
  return readable(() => system.changeGraduation((current) => graduate(current, record, moment)));
}

/** What the last evaluation came to; null before the first one, and when it cannot be read: then nothing was earned. */
export const graduationNow = (): Promise<Graduation | null> => readable(() => services().system.graduation());

/** What another version wrote must stop neither a run nor the page with the kill switch. */
async function readable<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (failure) {
    if (failure instanceof UnreadableDocument) return null;
    throw failure;
  }
}

/** The gate's timer: a phase that was lost is lost before the next alert. */
export async function graduateOnTime(_timer: unknown, context: Pick<InvocationContext, "log" | "warn">): Promise<void> {
  const before = await graduationNow();
  const after = await evaluateGraduation();
  if (after === null) context.warn("what was earned cannot be read, so that nothing was");
  if (before !== null && after !== null && before.phase !== after.phase)
    context.log(`pgmedic.graduation: ${before.phase} → ${after.phase}: ${after.history[0]?.because ?? ""}`);
}

async function trackRecord(): Promise<GraduationRecord> {
  const { incidents, servers, now } = services();
  const since = recordSince(now()).toISOString();
  const [found, known] = await Promise.all([incidents.listReadable({ since, approved: true }), servers.listReadable()]);
  return {
    outcomes: found.incidents.flatMap((incident) => outcomeOf(incident) ?? []),
    enabledServers: known.servers.filter(({ enabled }) => enabled).map(({ serverId }) => serverId),
    unreadable: found.unreadable.length + known.unreadable.length,
  };
}

/** The phase that counts for an action: what cannot be read was not earned. */
export async function phaseNow(allowed: "shadow" | "assist"): Promise<Phase> {
  if (allowed === "shadow") return "shadow";
  try {
    return effectivePhase(allowed, (await graduationNow())?.phase ?? "assist");
  } catch {
    return "assist";
  }
}

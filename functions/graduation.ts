import type { InvocationContext } from "@azure/functions";
import type { Graduation, Phase } from "../shared/contracts/autonomy.ts";
import { effectivePhase, graduate, recordSince, type GraduationRecord } from "../shared/core/graduation.ts";
import { outcomeOf } from "../shared/core/track-record.ts";
import { services } from "./services.ts";

/** Evaluates the graduation gate by the record as it is now, and keeps what became of the phase. */
export async function evaluateGraduation(): Promise<Graduation> {
  const { system, now } = services();
  const record = await trackRecord();
  return system.changeGraduation((current) => graduate(current, record, now()));
}

/** The gate's timer: a phase that was lost is lost before the next alert. */
export async function graduateOnTime(_timer: unknown, context: Pick<InvocationContext, "log">): Promise<void> {
  const before = await services().system.graduation();
  const { phase, history } = await evaluateGraduation();
  if (before !== null && before.phase !== phase)
    context.log(`pgmedic.graduation: ${before.phase} → ${phase}: ${history[0]?.because ?? ""}`);
}

async function trackRecord(): Promise<GraduationRecord> {
  const { incidents, servers, now } = services();
  const since = recordSince(now()).toISOString();
  const [found, known] = await Promise.all([incidents.listReadable({ since, approved: true }), servers.list()]);
  return {
    outcomes: found.incidents.flatMap((incident) => outcomeOf(incident) ?? []),
    enabledServers: known.filter(({ enabled }) => enabled).map(({ serverId }) => serverId),
    unreadable: found.unreadable.length,
  };
}

/** The phase that counts for an action: what cannot be read was not earned. */
export async function phaseNow(allowed: "shadow" | "assist"): Promise<Phase> {
  if (allowed === "shadow") return "shadow";
  try {
    const earned = await services().system.graduation();
    return effectivePhase(allowed, earned?.phase ?? "assist");
  } catch {
    return "assist";
  }
}

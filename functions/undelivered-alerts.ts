import type { InvocationContext } from "@azure/functions";
import type { ReceivedAlert } from "../shared/contracts/received-alert.ts";
import type { Server } from "../shared/contracts/server.ts";
import { receiptId } from "../shared/core/alert-reading.ts";
import { readAzure } from "../shared/core/alert-sources/azure.ts";
import { failureText } from "../shared/core/log-text.ts";
import { MINUTE_MS, msBetween } from "../shared/core/time.ts";
import { receive } from "./receive-alert.ts";
import { inRotation, inTime, type Pass, rememberedUpTo } from "./in-time.ts";
import { services } from "./services.ts";

/** Azure is asked this often; a notification that was lost is found after at most so long. */
const EVERY_MS = 5 * MINUTE_MS;
/** Azure repeats a notification for 75 seconds: a younger alert may still be on its way. */
const GRACE_MS = 3 * MINUTE_MS;

/** A round over all servers: when it began, and who has not been asked about in it. A sweep may end before the round does. */
let round: { beganAt: string; left: Set<string> } | null = null;
const throughServers = inRotation();
/** What was ignored and told. Azure lists an alert for as long as nobody closes it, which may be a month. */
const told = rememberedUpTo(10_000);
type Log = Pick<InvocationContext, "warn">;

/**
 * Takes in the alerts that Azure Monitor reports as fired and that never arrived: a metric alert is told once, and a notification that
 * meets an outage is gone. So does one that came before its server was registered. What was taken in has its receipt and is left alone.
 */
export async function receiveUndelivered(servers: readonly Server[], context: Log, pass: Pass): Promise<void> {
  const at = services().now().toISOString();
  const enabled = servers.filter((server) => server.enabled);
  if (round === null || msBetween(round.beganAt, at) >= EVERY_MS)
    round = { beganAt: at, left: new Set(enabled.map(({ serverId }) => serverId)) };
  const { left } = round;
  const waiting = enabled.filter(({ serverId }) => left.has(serverId));
  const ofOne = async (server: Server, leftMs: number): Promise<void> => {
    left.delete(server.serverId);
    await inTime(leftMs, () => receiveOf(server, context)).catch((failure: unknown) =>
      context.warn(`the sweep could not take in the alerts on ${server.serverId}: ${failureText(failure)}`),
    );
  };
  await throughServers(waiting, ({ serverId }) => serverId, pass, ofOne);
}

async function receiveOf(server: Server, context: Log): Promise<void> {
  const { alertSweep, now } = services();
  const answer = await alertSweep.fired(server.resourceId);
  if (!answer.ok) {
    context.warn(`Azure's alerts on ${server.serverId} are not known: ${answer.because}`);
    return;
  }
  if (answer.unreadable > 0)
    context.warn(`${answer.unreadable} of Azure's alerts on ${server.serverId} are not readable`);
  for (const alert of answer.alerts.map(readAzure)) {
    if (msBetween(alert.firedAt, now().toISOString()) < GRACE_MS || (await isReceived(alert))) continue;
    const { disposition, incidentId, reason } = await receive(alert);
    const key = `${receiptId(alert)} ${reason}`;
    if (disposition === "ignored" && told.has(key)) continue;
    told.add(key);
    const outcome = `${disposition} ${incidentId ?? reason ?? ""}`;
    context.warn(`${alert.rule} on ${server.serverId} had not been taken in: ${outcome}`);
  }
}

/**
 * Whether it was taken in. One that was ignored, since its server was not registered or enabled yet, was not; unless its resolution has
 * come: then it opens nothing any more, however long Azure lists it.
 */
async function isReceived(alert: ReceivedAlert): Promise<boolean> {
  const { alerts } = services();
  const receipt = await alerts.read(receiptId(alert));
  if (receipt === null) return false;
  return receipt.answer.disposition !== "ignored" || (await alerts.read(receiptId(alert, "Resolved"))) !== null;
}

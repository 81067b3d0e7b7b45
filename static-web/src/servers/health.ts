import type { ServerView } from "../../../shared/contracts/api.ts";
import type { Label } from "../labels.ts";

// Snapshots come every minute; three missed ones mean that something is wrong.
const FRESH_MS = 3 * 60_000;

/** What is known about a server's health without asking it. */
export function healthOf(
  server: Pick<ServerView, "enabled" | "activeIncidentIds" | "lastSnapshotAt">,
  at: Date,
): Label {
  if (!server.enabled) return { text: "Not watched", tone: "neutral" };
  if (server.activeIncidentIds.length > 0) return { text: "Needs attention", tone: "waiting" };
  if (server.lastSnapshotAt === null) return { text: "Waiting for the first snapshot", tone: "neutral" };
  const age = at.getTime() - Date.parse(server.lastSnapshotAt);
  return age > FRESH_MS ? { text: "No fresh snapshot", tone: "bad" } : { text: "Healthy", tone: "good" };
}

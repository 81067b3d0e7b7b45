import type { Notification, Occasion } from "../../contracts/notification.ts";
import type { Severity } from "../../contracts/primitives.ts";
import { type Channel, plain } from "./channel.ts";
import { post } from "./post.ts";

/** Whether an occasion pages, or says that nobody is needed any more. */
const ACTIONS: Record<Occasion, "trigger" | "resolve"> = {
  // These two are told in threads alone.
  seen: "trigger",
  unnamed: "trigger",
  waits: "trigger",
  reminder: "trigger",
  secondPerson: "trigger",
  resolvedByConsent: "resolve",
  resolvedAutonomously: "resolve",
  dismissed: "resolve",
  // PgMedic is done, and what the alert complains about is not: a person ends the page.
  rolledBack: "trigger",
  failed: "trigger",
  handedOff: "trigger",
  expired: "trigger",
};

const SEVERITIES: Record<Severity, "critical" | "error" | "warning" | "info"> = {
  Sev0: "critical",
  Sev1: "error",
  Sev2: "warning",
  Sev3: "info",
  Sev4: "info",
};

/** PagerDuty, by the integration key of a service (Events API v2). */
export const pagerDutyOf = (endpoint: string, routingKey: string): Channel => ({
  name: "pagerDuty",
  tell: (notification) => post(endpoint, JSON.stringify(pagerDutyEvent(notification, routingKey))),
});

/** The event; one incident is one page, by its `dedup_key`: https://developer.pagerduty.com/docs/send-alert-event. */
export function pagerDutyEvent(said: Notification, routingKey: string) {
  const { incidentId, occasion, severity, headline, link, figures, recommendations } = said;
  const event_action = ACTIONS[occasion];
  const common = { routing_key: routingKey, event_action, dedup_key: incidentId };
  if (event_action === "resolve") return common;
  const detail = (text: string | null): string | null => (text === null ? null : plain(text, 1_200));
  return {
    ...common,
    client: "PgMedic",
    ...(link === null ? {} : { client_url: link, links: [{ href: link, text: "The incident in the dashboard" }] }),
    payload: {
      // At most 1,024 characters.
      summary: plain(`${headline}: ${said.server}${said.trigger === null ? "" : `, ${said.trigger}`}`, 1_024),
      source: plain(said.server, 100),
      severity: SEVERITIES[severity],
      timestamp: said.at,
      custom_details: {
        alert: detail(said.trigger),
        cause: detail(said.rootCause),
        action: detail(said.statement),
        undo: detail(said.undo),
        now: detail(said.outcome),
        figures: figures.map(({ what, before, after }) => plain(`${what}: ${before} → ${after}`, 300)),
        recommendations: recommendations.map((text) => plain(text, 300)),
      },
    },
  };
}

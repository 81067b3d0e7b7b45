import { z } from "zod";
import { CommonAlert } from "../contracts/alert.ts";
import { Severity } from "../contracts/primitives.ts";
import { askPatiently, type Request } from "./resource-manager.ts";

const API_VERSION = "2019-03-01";
const TIMEOUT_MS = 10_000;
const PATIENCE_MS = 5_000;
/** A stateful alert fires once: after an outage of hours it must still be found. */
const TIME_RANGE = "1d";
const MOST_PAGES = 20;

const Listed = z.looseObject({
  id: z.string().min(1),
  properties: z.looseObject({
    essentials: z.looseObject({
      severity: Severity,
      signalType: z.string().nullish(),
      alertState: z.string().nullish(),
      monitorCondition: z.string(),
      monitorService: z.string().nullish(),
      alertRule: z.string().min(1),
      sourceCreatedId: z.string().nullish(),
      targetResource: z.string().nullish(),
      startDateTime: z.iso.datetime({ offset: true }),
      description: z.string().nullish(),
    }),
    context: z.looseObject({}).nullish(),
  }),
});
type Listed = z.infer<typeof Listed>;
// One alert that cannot be read must not hide the others.
const Page = z.looseObject({ value: z.array(z.unknown()), nextLink: z.string().nullish() });

export type FiredAlerts = { ok: true; alerts: CommonAlert[]; unreadable: number } | { ok: false; because: string };
export type AlertSweep = ReturnType<typeof alertSweepOf>;

/** Azure's own list of alerts: what it still reports as fired, whether or not its notification ever arrived. */
export function alertSweepOf(endpoint: string | undefined) {
  return {
    /** Alerts on a server that are fired and that nobody has closed, as if they had been posted. Whatever goes wrong is a value. */
    fired: async (resourceId: string): Promise<FiredAlerts> => {
      if (endpoint === undefined) return { ok: true, alerts: [], unreadable: 0 };
      try {
        return await readPages(endpoint, resourceId);
      } catch (failure) {
        return { ok: false, because: failure instanceof Error ? failure.message : String(failure) };
      }
    },
  };
}

async function readPages(endpoint: string, resourceId: string): Promise<FiredAlerts> {
  const alerts: CommonAlert[] = [];
  let unreadable = 0;
  let request: Request = {
    // Asked at the server itself, where the identity may read; the whole subscription is none of its business.
    to: `${resourceId}/providers/Microsoft.AlertsManagement/alerts`,
    search: {
      "api-version": API_VERSION,
      monitorCondition: "Fired",
      timeRange: TIME_RANGE,
      targetResource: resourceId,
      includeContext: "true",
    },
    timeoutMs: TIMEOUT_MS,
  };
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const response = await askPatiently(endpoint, request, PATIENCE_MS);
    if (!response.ok) return { ok: false, because: refusal(response.status, (await response.text()).slice(0, 200)) };
    const { value, nextLink } = Page.parse(await response.json());
    for (const item of value) {
      const listed = Listed.safeParse(item);
      if (!listed.success) unreadable += 1;
      else if (isOpen(listed.data)) alerts.push(asPosted(listed.data, resourceId));
    }
    if (nextLink === undefined || nextLink === null || nextLink === "") return { ok: true, alerts, unreadable };
    request = { to: nextLink, timeoutMs: TIMEOUT_MS };
  }
  return { ok: false, because: `Azure's list of alerts has more than ${MOST_PAGES} pages` };
}

const refusal = (status: number, text: string): string =>
  status === 401 || status === 403
    ? `the identity of PgMedic may not read the server's alerts: it needs the role "Monitoring Reader" (${text})`
    : `Azure answered ${status} (${text})`;

/** What a person has closed in Azure is over, even while the condition lasts. */
const isOpen = ({ properties: { essentials } }: Listed): boolean =>
  essentials.monitorCondition === "Fired" && essentials.alertState !== "Closed";

/** The last part of a resource id; a name stays as it is. */
const lastPart = (text: string): string => text.split("/").at(-1) ?? text;

/** The notification that should have come: the same alert has the same id there and here, except for the path before it. */
function asPosted({ id, properties: { essentials, context } }: Listed, resourceId: string): CommonAlert {
  const subscription = resourceId.split("/")[2] ?? "";
  const alert = (monitoringService: string, alertContext: Record<string, unknown> | null) => ({
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: {
        alertId: `/subscriptions/${subscription}/providers/Microsoft.AlertsManagement/alerts/${lastPart(id)}`,
        alertRule: essentials.alertRule.startsWith("/") ? lastPart(essentials.alertRule) : essentials.alertRule,
        severity: essentials.severity,
        signalType: essentials.signalType ?? "Unknown",
        monitorCondition: "Fired",
        monitoringService,
        alertTargetIDs: [essentials.targetResource ?? resourceId],
        ...(typeof essentials.sourceCreatedId === "string" ? { originAlertId: essentials.sourceCreatedId } : {}),
        firedDateTime: essentials.startDateTime,
        description: essentials.description ?? "",
        essentialsVersion: "1.0",
        alertContextVersion: "1.0",
      },
      alertContext,
    },
  });
  const whole = CommonAlert.safeParse(alert(essentials.monitorService ?? "Unknown", context ?? null));
  // The context of this list is not documented. One that is not that of a notification is left out: rule and server say enough.
  return whole.success ? whole.data : CommonAlert.parse(alert("Alerts Management", null));
}

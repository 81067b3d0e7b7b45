// The lists that several screens show; each is loaded once and kept fresh while somebody looks.
import { api, type IncidentFilter } from "./api.ts";
import { resource } from "./resource.ts";
import { signal } from "@preact/signals";

export const INCIDENTS_STEP = 50;
/** How many incidents a list asks for; "Show more" raises it. */
export const incidentLimit = signal(INCIDENTS_STEP);

const incidentsOf = (filter: IncidentFilter) => resource(() => api.incidents(filter, incidentLimit.value));

export const incidents: Record<IncidentFilter, ReturnType<typeof incidentsOf>> = {
  all: incidentsOf("all"),
  open: incidentsOf("open"),
  closed: incidentsOf("closed"),
};
export const servers = resource(api.servers);
export const instructions = resource(api.instructions);
export const deadLetters = resource(api.deadLetters);
export const timeline = resource(api.timeline);
export const schedules = resource(api.schedules);
export const playbooks = resource(api.playbooks);
export const calibration = resource(api.calibration);
export const autonomy = resource(api.autonomy);

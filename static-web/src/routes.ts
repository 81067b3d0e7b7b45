/** Where one can be in the dashboard. */
export type Route =
  | { screen: "servers" }
  | { screen: "incidents" }
  | { screen: "incident"; incidentId: string }
  | { screen: "timeline" }
  | { screen: "instructions" }
  | { screen: "autonomy" }
  | { screen: "deadLetters" }
  | { screen: "unknown"; path: string };

const LISTS: Record<string, Route> = {
  "/": { screen: "servers" },
  "/servers": { screen: "servers" },
  "/incidents": { screen: "incidents" },
  "/timeline": { screen: "timeline" },
  "/instructions": { screen: "instructions" },
  "/autonomy": { screen: "autonomy" },
  "/undelivered": { screen: "deadLetters" },
};

/** Reads the route from a path such as `/incidents/inc-1`. An incident's id has no sign that a path would escape. */
export function routeOf(path: string): Route {
  const trimmed = path.replace(/(?<=.)\/+$/, "");
  const [, incidentId] = /^\/incidents\/([A-Za-z0-9_-]{1,40})$/.exec(trimmed) ?? [];
  if (incidentId !== undefined) return { screen: "incident", incidentId };
  return LISTS[trimmed] ?? { screen: "unknown", path };
}

/** The address of an incident's page. */
export const incidentPath = (incidentId: string): string => `/incidents/${incidentId}`;

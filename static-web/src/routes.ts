/** Where one can be in the dashboard. */
export type Route =
  | { screen: "servers" }
  | { screen: "incidents" }
  | { screen: "incident"; incidentId: string }
  | { screen: "timeline" }
  | { screen: "playbooks" }
  | { screen: "playbook"; name: string }
  | { screen: "newPlaybook" }
  | { screen: "instructions" }
  | { screen: "autonomy" }
  | { screen: "deadLetters" }
  | { screen: "unknown"; path: string };

const LISTS: Record<string, Route> = {
  "/": { screen: "servers" },
  "/servers": { screen: "servers" },
  "/incidents": { screen: "incidents" },
  "/timeline": { screen: "timeline" },
  "/playbooks": { screen: "playbooks" },
  "/new-playbook": { screen: "newPlaybook" },
  "/instructions": { screen: "instructions" },
  "/autonomy": { screen: "autonomy" },
  "/undelivered": { screen: "deadLetters" },
};

/** Reads the route from a path such as `/incidents/inc-1`. An incident's id has no sign that a path would escape. */
export function routeOf(path: string): Route {
  const trimmed = path.replace(/(?<=.)\/+$/, "");
  const [, incidentId] = /^\/incidents\/([A-Za-z0-9_-]{1,40})$/.exec(trimmed) ?? [];
  if (incidentId !== undefined) return { screen: "incident", incidentId };
  const [, name] = /^\/playbooks\/([A-Za-z0-9]{1,40})$/.exec(trimmed) ?? [];
  if (name !== undefined) return { screen: "playbook", name };
  return LISTS[trimmed] ?? { screen: "unknown", path };
}

/** The address of an incident's page. */
export const incidentPath = (incidentId: string): string => `/incidents/${incidentId}`;

/** The address of a playbook's page. */
export const playbookPath = (name: string): string => `/playbooks/${name}`;
export const NEW_PLAYBOOK_PATH = "/new-playbook";

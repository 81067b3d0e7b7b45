import type { Session } from "../adapters/postgres.ts";
import { roleExpiries } from "../catalogue/diagnostics/role-expiries.ts";
import type { Expiry } from "../contracts/baseline.ts";
import type { Ask } from "./read-server.ts";

/** What ends on a server: passwords of roles, and the certificate that it shows. What cannot be read is left out. */
export async function readExpiries(session: Session, ask: Ask): Promise<Expiry[]> {
  const roles = await ask(roleExpiries);
  const { certificate } = session;
  return [
    ...(certificate === null ? [] : [{ kind: "certificate" as const, ...certificate }]),
    ...roles.map(({ role, valid_until: expiresAt }) => ({ kind: "credential" as const, subject: role, expiresAt })),
  ];
}

import { z } from "zod";
import { Role } from "../../shared/contracts/api.ts";

/** Answer of `/.auth/me`, Azure Static Web Apps' own endpoint. */
export const SignedIn = z.object({
  clientPrincipal: z.object({ userId: z.string(), userDetails: z.string(), userRoles: z.array(z.string()) }).nullable(),
});

/** The person in front of the dashboard, with PgMedic's roles only. */
export type Principal = { userId: string; name: string; roles: readonly Role[] };

/** The person of a `/.auth/me` answer, or null when nobody is signed in. */
export function principalFrom({ clientPrincipal }: z.infer<typeof SignedIn>): Principal | null {
  if (clientPrincipal === null) return null;
  const { userId, userDetails, userRoles } = clientPrincipal;
  return { userId, name: userDetails, roles: Role.options.filter((role) => userRoles.includes(role)) };
}

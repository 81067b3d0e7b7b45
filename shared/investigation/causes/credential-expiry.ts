import { endsSoon, expiryText } from "../../core/expiries.ts";
import { identifier } from "../../core/identifier.ts";
import { type CauseRules, point, rejected, type Suspicion } from "./suspicion.ts";

/** A password or a certificate ends: from then on nobody gets in with it. */
export const credentialExpiry: CauseRules = {
  cause: "credential_expiry",
  explains: ["expiry", "errors", "any"],
  weigh: (seen) =>
    seen.expiries.map((expiry): Suspicion => {
      const { kind, subject, expiresAt } = expiry;
      const now = seen.interval.to;
      const text = expiryText(expiry, now);
      if (!endsSoon(expiresAt, now)) {
        const isRetired = expiresAt < now;
        return rejected("credential_expiry", subject, isRetired ? `${text}: it is retired` : text);
      }
      return {
        proven: true,
        cause: "credential_expiry",
        subject,
        statement: `${text[0]?.toUpperCase()}${text.slice(1)}: from then on nobody gets in with it.`,
        impact: expiresAt < now ? 1 : 0.5,
        for: [point(kind === "certificate" ? "tls_certificate" : "pg_roles", `${text}.`, { expiresAt })],
        against: [],
        mending: null,
        recommendation: kind === "certificate" ? newCertificate(subject) : newPassword(subject),
      };
    }),
};

const newPassword = (role: string): string =>
  `Set a new password with a new end where the application reads it, and then here: ` +
  `ALTER ROLE ${identifier(role)} PASSWORD '…' VALID UNTIL '…'; ` +
  "sessions that are open stay open, so restart the application in time to see that it works.";

const newCertificate = (subject: string): string =>
  `Have the certificate of ${subject} renewed, replace ssl_cert_file, and reload the server (pg_reload_conf()). ` +
  "Where Azure keeps it, it is renewed by Azure: ask its support why it was not.";

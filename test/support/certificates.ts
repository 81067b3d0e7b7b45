// The certificates of test/fixtures/tls.
import { readFileSync } from "node:fs";

/** For this machine and the hosts that are led to it; for another host; over since long. */
export type Certificate = "localhost" | "elsewhere" | "expired";

const TLS = new URL("../fixtures/tls/", import.meta.url);
const fixture = (name: string): string => readFileSync(new URL(name, TLS), "utf8");

/** The authority that signed all of them. */
export const testAuthority = (): string => fixture("authority.pem");
/** What a server needs to show one. */
export const withKey = (certificate: Certificate): { cert: string; key: string } => ({
  cert: fixture(`${certificate}.pem`),
  key: fixture("server.key"),
});

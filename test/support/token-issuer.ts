import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { startFake } from "./http-fake.ts";

/** What matters to a test of a token's claims; the rest is as Entra ID writes it. */
export type TokenWish = { audience: string; claims?: Record<string, unknown>; expires?: string; tenant?: string };

/** An authority like Entra ID's for one tenant: its keys over HTTP, and tokens that it signs. Call `stop` at the end. */
export async function startIssuer(tenant: string) {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "k1", use: "sig", alg: "RS256" }];
  const authority = await startFake(({ path }) =>
    path === `/${tenant}/discovery/v2.0/keys` ? { status: 200, body: { keys } } : { status: 404 },
  );
  const token = ({ audience, claims = {}, expires = "5m", tenant: other = tenant }: TokenWish): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .setAudience(audience)
      .setIssuer(`${authority.url}/${other}/v2.0`)
      .setIssuedAt()
      .setNotBefore("0s")
      .setExpirationTime(expires)
      .sign(privateKey);
  return { host: authority.url, token, stop: authority.stop };
}

// How PgMedic signs in to a Flexible Server: as a managed identity whose token is the password, over TLS that is verified in full.
import { chownSync, copyFileSync, chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import tls from "node:tls";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { postgresOf } from "../../../shared/adapters/postgres.ts";
import type { Server, ServerConnection } from "../../../shared/contracts/server.ts";
import type { Statement } from "../../../shared/contracts/statement.ts";
import { readExpiries } from "../../../shared/investigation/read-expiries.ts";
import { type Certificate, testAuthority } from "../../support/certificates.ts";
import { type Fake, startFake } from "../../support/http-fake.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";

const TLS = new URL("../../fixtures/tls/", import.meta.url);
const IDENTITIES = {
  investigator: "11111111-1111-4111-8111-111111111111",
  executor: "22222222-2222-4222-8222-222222222222",
};
/** As long as a real one. */
const tokenOf = (clientId: string): string => `${clientId}.${"t".repeat(1_800)}`;

let cluster: Cluster;
let identity: Fake;
let dataFolder: string;
const before = tls.getCACertificates("default");

beforeAll(async () => {
  cluster = await startCluster();
  identity = await startFake(({ query }) => ({
    status: 200,
    body: {
      access_token: tokenOf(query.get("client_id") ?? "none"),
      expires_on: String(Math.floor(Date.now() / 1_000) + 86_400),
      resource: query.get("resource"),
      token_type: "Bearer",
    },
  }));
  process.env["IDENTITY_ENDPOINT"] = `${identity.url}/msi/token`;
  process.env["IDENTITY_HEADER"] = "a header that only the platform knows";
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  for (const [role, clientId] of Object.entries(IDENTITIES))
    await client.query(`create role pgmedic_${role} login password '${tokenOf(clientId)}'`);
  dataFolder = (await client.query<{ data_directory: string }>("show data_directory")).rows[0]?.data_directory ?? "";
  await client.end();
  tls.setDefaultCACertificates([...before, testAuthority()]);
});
afterAll(async () => {
  tls.setDefaultCACertificates(before);
  await identity.stop();
  await cluster.stop();
});

/** Lets the server show a certificate of the fixtures from now on; null switches TLS off. */
async function show(certificate: Certificate | null): Promise<void> {
  const { uid, gid } = statSync(dataFolder);
  for (const [from, to] of [
    [`${certificate ?? "localhost"}.pem`, "server.crt"],
    ["server.key", "server.key"],
  ] as const) {
    const path = join(dataFolder, to);
    copyFileSync(new URL(from, TLS), path);
    chmodSync(path, 0o600);
    chownSync(path, uid, gid);
  }
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  await client.query(`alter system set ssl = ${certificate === null ? "off" : "on"}`);
  await client.query("select pg_reload_conf()");
  await client.end();
}

const whoAmI: Statement<{ name: string; encrypted: boolean }> = {
  name: "who-am-i",
  text: "select current_user::text as name, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted",
  row: z.object({ name: z.string(), encrypted: z.boolean() }),
};

function aServer(over: Partial<Extract<ServerConnection, { kind: "roles" }>> = {}): Server {
  return {
    serverId: "shop",
    displayName: "Shop",
    resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop",
    environment: "production",
    tier: "standard",
    enabled: true,
    vCores: 1,
    mayScale: false,
    detection: true,
    schemas: ["public"],
    registeredAt: "2026-11-01T00:00:00.000Z",
    connection: {
      kind: "roles",
      host: "localhost",
      port: cluster.port,
      database: "postgres",
      tls: "verify-full",
      investigator: { kind: "entra", user: "pgmedic_investigator" },
      executor: { kind: "entra", user: "pgmedic_executor" },
      ...over,
    },
  };
}

const noSecrets = (): string => {
  throw new Error("nobody needs a password here");
};
const postgres = postgresOf(noSecrets, { ...IDENTITIES, domain: "localhost" });
const ask = (server: Server) =>
  postgres.asInvestigator({ server, applicationName: "pgmedic/test" }, (session) => session.query(whoAmI));
/** Why the server cannot be asked, once the postmaster shows what it was told to; null when it can. */
const refusal = (server: Server) => expect.poll(() => ask(server).then(() => null, String), { timeout: 5_000 });

describe("with a certificate of an authority that is trusted, for the very host", () => {
  beforeAll(() => show("localhost"));

  test("each role signs in with the token of its own identity, encrypted", async () => {
    const purpose = { server: aServer(), applicationName: "pgmedic/test" };
    await refusal(aServer()).toBeNull();
    expect(await ask(aServer())).toEqual([{ name: "pgmedic_investigator", encrypted: true }]);
    const acting = await postgres.asExecutor(purpose, (session) => session.query(whoAmI));
    expect(acting).toEqual([{ name: "pgmedic_executor", encrypted: true }]);
    const asked = identity.asked.map(({ query }) => [query.get("client_id"), query.get("resource")]);
    for (const clientId of Object.values(IDENTITIES))
      expect(asked).toContainEqual([clientId, "https://ossrdbms-aad.database.windows.net"]);
    expect(identity.asked[0]?.headers["x-identity-header"]).toBe(process.env["IDENTITY_HEADER"]);
  });

  test("what ends is read: the certificate that the server shows, and the passwords of roles", async () => {
    const client = new pg.Client({ connectionString: cluster.url() });
    await client.connect();
    await client.query("create role seasonal login password 'x' valid until '2027-01-15 12:00+01'");
    await client.query("create role never login password 'x' valid until 'infinity'");
    await client.query("create role nobody nologin valid until '2027-01-15'");
    await client.end();
    await refusal(aServer()).toBeNull();
    const read = await postgres.asInvestigator({ server: aServer(), applicationName: "pgmedic/test" }, (session) =>
      readExpiries(session, (statement, values) => session.query(statement, values)),
    );
    expect(read).toEqual([
      { kind: "certificate", subject: "localhost", expiresAt: "2126-01-01T00:00:00.000Z" },
      { kind: "credential", subject: "seasonal", expiresAt: "2027-01-15T11:00:00.000Z" },
    ]);
  });

  test("an identity that is not the role's is refused by the server", async () => {
    const mixed = postgresOf(noSecrets, { investigator: IDENTITIES.executor, domain: "localhost" });
    const purpose = { server: aServer(), applicationName: "pgmedic/test" };
    await expect(mixed.asInvestigator(purpose, (session) => session.query(whoAmI))).rejects.toThrow(/password/);
  });

  test("under an address that the certificate does not name, nothing is said to the server", async () => {
    const elsewhere = postgresOf(noSecrets, { ...IDENTITIES, domain: "127.0.0.1" });
    const purpose = { server: aServer({ host: "127.0.0.1" }), applicationName: "pgmedic/test" };
    const asking = elsewhere.asInvestigator(purpose, (session) => session.query(whoAmI));
    await expect(asking).rejects.toThrow(/altnames|does not match|not in the cert/i);
  });

  test("a host outside Azure's domain gets no token, whatever the registration says", async () => {
    const before = identity.asked.length;
    for (const domain of ["postgres.database.azure.com", "host", "ocalhost"]) {
      const careful = postgresOf(noSecrets, { ...IDENTITIES, domain });
      const purpose = { server: aServer(), applicationName: "pgmedic/test" };
      await expect(careful.asExecutor(purpose, (session) => session.query(whoAmI))).rejects.toThrow(/no token is sent/);
    }
    expect(identity.asked).toHaveLength(before);
  });
});

test.each([
  ["for another host", "elsewhere", /altnames|does not match/i],
  ["that is over", "expired", /expired/],
] as const)("a certificate %s is refused", async (_, certificate, reason) => {
  await show(certificate);
  await refusal(aServer()).toMatch(reason);
});

test("a certificate of an authority that nobody trusts is refused", async () => {
  await show("localhost");
  tls.setDefaultCACertificates(before);
  try {
    await refusal(aServer()).toMatch(/unable to (verify|get).*(certificate|issuer)/);
  } finally {
    tls.setDefaultCACertificates([...before, testAuthority()]);
  }
});

test("a server without TLS gets no token", async () => {
  await show(null);
  await refusal(aServer()).toMatch(/does not support SSL/);
});

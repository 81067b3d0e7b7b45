// Every part of Azure that is asked over https gets the app's own token for it, at its real address, and only over TLS that is verified.
import tls from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Certificate, testAuthority } from "../../support/certificates.ts";
import { type Asked, type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { APP_IDENTITY, type ManagedIdentity, startManagedIdentity } from "../../support/managed-identity.ts";
import { type Proxy, startProxy } from "../../support/proxy.ts";
import { SIGNED_SERVICES } from "../../support/signed-services.ts";

const HOUR_MS = 3_600_000;
const before = tls.getCACertificates("default");
let identity: ManagedIdentity;
let proxy: Proxy;
/** Whom every host leads to. */
let azure: Fake;
let reply: (asked: Asked) => Reply;

beforeAll(async () => {
  identity = await startManagedIdentity();
  proxy = await startProxy(() => Number(new URL(azure.url).port));
  tls.setDefaultCACertificates([...before, testAuthority()]);
});
afterAll(async () => {
  vi.useRealTimers();
  tls.setDefaultCACertificates(before);
  await proxy.stop();
  await identity.stop();
});
beforeEach(() => startAzure("localhost"));
afterEach(() => azure.stop());

async function startAzure(certificate?: Certificate): Promise<void> {
  azure = await startFake((asked) => reply(asked), certificate === undefined ? {} : { certificate });
  proxy.hosts.length = 0;
}
/** A moment that lies ahead: only the clock is moved, nothing waits. */
const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
const authorizations = (): (string | undefined)[] => azure.asked.map(({ headers }) => headers.authorization);

describe.each(SIGNED_SERVICES)("$name", ({ endpoint, host, resource, clientOf, reply: answer }) => {
  const client = (): (() => Promise<void>) => clientOf(endpoint ?? azure.url);
  beforeEach(() => {
    reply = answer;
  });

  test("every request carries a token for this very service, of the app's own identity", async () => {
    await client()();
    const given = identity.givenFor(resource);
    expect(given.map(({ clientId }) => clientId)).toEqual(given.map(() => APP_IDENTITY));
    expect(azure.asked.length).toBeGreaterThan(0);
    expect(new Set(authorizations())).toEqual(new Set([`Bearer ${given.at(-1)?.token}`]));
    expect(new Set(azure.asked.map(({ headers }) => headers.host?.split(":")[0]))).toEqual(new Set([host]));
  });

  test("one token serves all requests until it is about to end; then a new one does", async () => {
    const ask = client();
    later(2 * HOUR_MS); // whatever is kept from before is over
    const known = identity.given.length;
    for (const minutes of [0, 20, 30]) {
      later(minutes * 60_000);
      await ask();
    }
    expect(identity.given).toHaveLength(known + 1);
    later(9 * 60_000); // of an hour, a minute is left
    const isNewest = async (): Promise<boolean> => {
      await ask();
      return authorizations().at(-1) === `Bearer ${identity.given[known + 1]?.token}`;
    };
    await expect.poll(isNewest).toBe(true);
    await ask();
    expect(identity.given.slice(known).map((given) => given.resource)).toEqual([resource, resource]);
  });

  test.each([
    ["for another host", "elsewhere", [...before, testAuthority()]],
    ["that is over", "expired", [...before, testAuthority()]],
    ["of an authority that nobody trusts", "localhost", before],
  ] as const)("a listener with a certificate %s is sent nothing", async (_, certificate, trusted) => {
    await azure.stop();
    await startAzure(certificate);
    tls.setDefaultCACertificates(trusted);
    try {
      await client()().catch(() => {});
    } finally {
      tls.setDefaultCACertificates([...before, testAuthority()]);
    }
    expect(azure.connections()).toBeGreaterThan(0);
    expect(azure.asked).toEqual([]);
  });

  test("an address without TLS is sent no token", async () => {
    await azure.stop();
    await startAzure();
    const known = identity.given.length;
    await clientOf(azure.url)().catch(() => {});
    expect(authorizations()).toEqual(azure.asked.map(() => undefined));
    expect(identity.given).toHaveLength(known);
  });

  test.each([301, 302, 303, 307, 308])(
    "a redirect with %i to another host, or away from TLS, is not followed",
    async (status) => {
      const stranger = await startFake(answer);
      const strangers = ["https://elsewhere.example/", `http://${host}/`, `${stranger.url}/`];
      for (const location of strangers) {
        reply = () => ({ status, headers: { location } });
        await client()().catch(() => {});
      }
      expect(azure.asked.length).toBeGreaterThanOrEqual(strangers.length);
      expect(stranger.asked).toEqual([]);
      expect(new Set(proxy.hosts)).toEqual(new Set(endpoint === null ? [] : [`${host}:443`]));
      await stranger.stop();
    },
  );
});

// Without a key the documents' client signs in as the app's managed identity, and works on a real store in that name.
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { documentsOf } from "../../../shared/adapters/documents.ts";
import { COSMOS_DATABASE, type Cosmos, startCosmos } from "../../../infra/local/cosmos/server.ts";
import { testAuthority } from "../../support/certificates.ts";
import { type Asked, type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { temporaryFolder } from "../../support/process.ts";

const TOKEN = "a-token-of-the-identity";
const before = tls.getCACertificates("default");
const folder = temporaryFolder();
let cosmos: Cosmos;
let identity: Fake;
/** Stands before the store, sees every request, and gives itself out for it. */
let watch: Fake;

beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  identity = await startFake(() => ({
    status: 200,
    body: { access_token: TOKEN, expires_on: String(Math.floor(Date.now() / 1_000) + 3_600), token_type: "Bearer" },
  }));
  tls.setDefaultCACertificates([...before, testAuthority()]);
  const pass = async ({ method, path, query, body, headers }: Asked, url: string): Promise<Reply> => {
    const passed = Object.entries(headers).filter(
      ([name]) => !/^(host|connection|content-length|accept-encoding)$/.test(name),
    );
    const answer = await fetch(`${cosmos.endpoint}${path}?${query.toString()}`, {
      method,
      headers: passed.map(([name, value]): [string, string] => [name, String(value)]),
      ...(body === "" ? {} : { body }),
    });
    const text = (await answer.text()).replaceAll(new RegExp(`https?://[^/"]*:${cosmos.port}`, "g"), url);
    return { status: answer.status, body: text, headers: { etag: answer.headers.get("etag") ?? "" } };
  };
  watch = await startFake(pass, { certificate: "localhost" });
  process.env["IDENTITY_ENDPOINT"] = `${identity.url}/msi/token`;
  process.env["IDENTITY_HEADER"] = "a header that only the platform knows";
  process.env["AZURE_CLIENT_ID"] = "33333333-3333-4333-8333-333333333333";
});
afterAll(async () => {
  tls.setDefaultCACertificates(before);
  await watch.stop();
  await identity.stop();
  await cosmos.stop();
  folder.remove();
});

test("every request carries the token of the app's own identity, and no key", async () => {
  const documents = documentsOf({ endpoint: watch.url, key: undefined, database: COSMOS_DATABASE });
  const at = { container: "system", id: "note", partition: "note" } as const;
  expect(await documents.create(at, { text: "kept" })).toBe("created");
  expect((await documents.read(at, z.looseObject({ text: z.string() })))?.value.text).toBe("kept");

  expect(watch.asked.length).toBeGreaterThan(1);
  const signatures = new Set(watch.asked.map(({ headers }) => decodeURIComponent(headers.authorization ?? "none")));
  expect([...signatures]).toEqual([`type=aad&ver=1.0&sig=${TOKEN}`]);
  const [asked] = identity.asked;
  expect(asked?.query.get("client_id")).toBe(process.env["AZURE_CLIENT_ID"]);
  expect(asked?.query.get("resource")).toMatch(/^https:\/\/(localhost|cosmos\.azure\.com)/);
});

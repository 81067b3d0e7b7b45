// `node infra/publish.mjs`: a package goes to each app's deployment endpoint, which says how it ended. Over real TLS; only `az` is a stand-in.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../support/process.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const TLS = `${ROOT}/test/fixtures/tls`;
type Answer = { status: number; body?: string };

const folder = temporaryFolder();
let endpoint: Server;
/** What the deployment endpoint answers to publishing, and then to one question after the other. */
let published: Answer = { status: 202, body: '"d-1"' };
let outcomes: Answer[] = [];
let calls: string[] = [];
let packages: string[] = [];

beforeAll(async () => {
  endpoint = createServer(
    { cert: readFileSync(`${TLS}/localhost.pem`), key: readFileSync(`${TLS}/server.key`) },
    (request, response) => {
      calls.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const isPackage = request.method === "POST";
        if (isPackage) packages.push(body);
        const reply = isPackage ? published : (outcomes.shift() ?? { status: 404 });
        response.writeHead(reply.status).end(reply.body);
      });
    },
  ).listen(0, "127.0.0.1");
  await once(endpoint, "listening");
  const { port } = endpoint.address() as AddressInfo;
  const az = `#!/bin/sh\ncase "$1" in functionapp) echo "localhost:${port}" ;; account) echo "token-of-the-deployer" ;; esac\n`;
  writeFileSync(join(folder.path, "az"), az);
  chmodSync(join(folder.path, "az"), 0o755);
  writeFileSync(join(folder.path, "package.zip"), "the package");
});
afterEach(() => {
  published = { status: 202, body: '"d-1"' };
  [outcomes, calls, packages] = [[], [], []];
});
afterAll(() => {
  endpoint.close();
  folder.remove();
});

async function publish(...apps: string[]): Promise<{ code: number | null; said: string }> {
  const values = ["infra/publish.mjs", "rg", join(folder.path, "package.zip"), ...apps];
  const child = spawn(process.execPath, values, {
    cwd: ROOT,
    env: {
      ...process.env,
      PATH: `${folder.path}${delimiter}${process.env["PATH"]}`,
      NODE_EXTRA_CA_CERTS: `${TLS}/authority.pem`,
      PGMEDIC_PUBLISH_POLL_MS: "10",
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  const [code]: unknown[] = await once(child, "close");
  return { code: typeof code === "number" ? code : null, said };
}
const told = (status: number, text = ""): Answer => ({
  status: 200,
  body: JSON.stringify({ status, status_text: text }),
});

test("each app gets the package in its turn, and is waited for while it restarts", async () => {
  outcomes = [{ status: 503 }, told(1), told(4), told(4)];
  const { code, said } = await publish("runner", "ingest");
  expect(said).toMatch(/^runner: published in \d+ s\ningest: published in \d+ s\n$/);
  expect(code).toBe(0);
  const post = "POST /api/publish?RemoteBuild=false&Deployer=pgmedic Bearer token-of-the-deployer";
  const get = "GET /api/deployments/d-1 Bearer token-of-the-deployer";
  expect(calls).toEqual([post, get, get, get, post, get]);
  expect(packages).toEqual(["the package", "the package"]);
});

test("a deployment that fails ends it with what is known, before the next app is touched", async () => {
  outcomes = [told(3, "the package has no host.json")];
  const { code, said } = await publish("runner", "ingest");
  expect(said).toBe("the deployment to runner failed: the package has no host.json\n");
  expect(code).toBe(1);
  expect(calls).toHaveLength(2);
});

test("an endpoint that does not take the package is said with its answer", async () => {
  published = { status: 401, body: "no token" };
  expect(await publish("runner")).toEqual({ code: 1, said: "runner did not take the package: 401 no token\n" });
});

test("without an app it says how it is used", async () => {
  const { code, said } = await publish();
  expect(said).toContain("usage:");
  expect(code).toBe(2);
});

import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync, existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";

const ENTRY = "infra/local/static-web/main.ts";
const environment = {
  PATH: process.env["PATH"],
  PGMEDIC_FRONT_PROOF: "a-proof-for-this-test",
  PGMEDIC_FRONT_PORT: "0",
};

function start(extra: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [ENTRY], { env: { ...environment, ...extra }, stdio: ["pipe", "pipe", "pipe"] });
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await once(child, "close");
  return { code: child.exitCode, stderr };
}

// The process serves the built dashboard; a page that stands for it is enough here.
if (!existsSync("dist/static-web/index.html")) {
  mkdirSync("dist/static-web", { recursive: true });
  writeFileSync("dist/static-web/index.html", "<!doctype html><title>PgMedic</title>");
}

test("the front says on which port it is ready, and ends with the process that started it", async () => {
  const child = start({ PGMEDIC_PARENT_PIPE: "1" });
  const ended = endOf(child);
  const line = await new Promise<string>((said) => child.stdout?.setEncoding("utf8").once("data", said));
  expect(line).toMatch(/^\{"ready":true,"port":[1-9]\d*\}\n$/);
  child.stdin?.end();
  expect((await ended).code).toBe(0);
});

test("a port in use is named, with the setting that changes it", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { code, stderr } = await endOf(start({ PGMEDIC_FRONT_PORT: String(port) }));
  holder.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} is in use`);
  expect(stderr).toContain("PGMEDIC_FRONT_PORT");
});

test("without the shared proof the front does not start", async () => {
  const { code, stderr } = await endOf(start({ PGMEDIC_FRONT_PROOF: "short" }));
  expect(code).toBe(1);
  expect(stderr).toContain("PGMEDIC_FRONT_PROOF must be a secret of at least 16 characters");
});

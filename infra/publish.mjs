// Publishes a package to Function apps on Flex Consumption, one after the other, and waits until each has taken it:
//   node infra/publish.mjs <resource group> <package.zip> <app>…
// Not by `az functionapp deployment source config-zip`: after publishing that asks the app itself how it is, without end, and an app that
// answers no HTTP, or only the dashboard's, never says so. The deployment endpoint tells how a deployment ended.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = Number(process.env.PGMEDIC_PUBLISH_POLL_MS ?? 5_000);
const LONGEST_MS = 10 * 60_000;
/** What the deployment endpoint says of a deployment that is over (Kudu's status). */
const OVER = { 4: "succeeded", 3: "failed", 5: "was cancelled", 6: "succeeded in part", "-1": "was cancelled" };

function az(...values) {
  const { status, stdout, stderr } = spawnSync("az", [...values, "--output", "tsv"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`az ${values.slice(0, 2).join(" ")} failed: ${stderr ?? "az is not installed"}`);
  return stdout.trim();
}

/** The host of an app's deployment endpoint: a new app's name carries a hash that nobody can guess. */
function deploymentHost(group, app) {
  const query = "hostNameSslStates[?hostType=='Repository'].name | [0]";
  const host = az("functionapp", "show", "--resource-group", group, "--name", app, "--query", query);
  if (host === "") throw new Error(`${app} has no deployment endpoint`);
  return host;
}

async function publish(group, app, content) {
  const address = `https://${deploymentHost(group, app)}/api`;
  // Asked for anew for each app: the one before may have taken minutes.
  const headers = { authorization: `Bearer ${az("account", "get-access-token", "--query", "accessToken")}` };
  const taken = await fetch(`${address}/publish?RemoteBuild=false&Deployer=pgmedic`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/zip" },
    body: content,
  });
  if (!taken.ok) throw new Error(`${app} did not take the package: ${taken.status} ${await taken.text()}`);
  const id = (await taken.text()).replaceAll(/["\s]/g, "");
  const end = await outcome(`${address}/deployments/${/^[\w-]+$/.test(id) ? id : "latest"}`, headers);
  if (end.status !== 4) throw new Error(`the deployment to ${app} ${OVER[end.status]}: ${end.status_text ?? ""}`);
}

/** Asks until the deployment is over. An answer may be missing while the app restarts. */
async function outcome(url, headers) {
  const until = Date.now() + LONGEST_MS;
  while (Date.now() < until) {
    await sleep(POLL_MS);
    const answer = await fetch(url, { headers }).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (told !== null && OVER[told.status] !== undefined) return told;
  }
  throw new Error(`after ${LONGEST_MS / 60_000} minutes it is not known how the deployment ended: ${url}`);
}

const [group, file, ...apps] = process.argv.slice(2);
if (apps.length === 0) {
  console.error("usage: node infra/publish.mjs <resource group> <package.zip> <app>…");
  process.exit(2);
}
try {
  const content = readFileSync(file);
  for (const app of apps) {
    const begin = Date.now();
    await publish(group, app, content);
    console.log(`${app}: published in ${Math.round((Date.now() - begin) / 1_000)} s`);
  }
} catch (failure) {
  console.error(failure instanceof Error ? failure.message : failure);
  process.exit(1);
}

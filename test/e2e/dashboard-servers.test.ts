// Registering a server, changing what is registered, and taking it away.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { accessibilityProblems } from "../support/dashboard/axe.ts";
import { aServer } from "../support/dashboard/data.ts";
import { openDashboard, type Dashboard } from "../support/dashboard/open-dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());
afterEach(() => dashboard.api.reset());

test("an admin adds a server; what is not right yet is said at its field, and nothing that was typed is lost", async () => {
  const { page, errors, context } = await dashboard.visit("/", { role: "admin" });
  await page.getByRole("button", { name: "Add a server" }).click();
  const form = page.getByRole("dialog", { name: "Add a server" });
  await form.getByLabel("Name", { exact: true }).fill("Shop");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("Some fields are not right yet.").waitFor();
  const id = form.getByLabel("Id", { exact: true });
  expect(await page.locator(":focus").getAttribute("id")).toBe(await id.getAttribute("id"));
  expect(await id.getAttribute("aria-invalid")).toBe("true");
  expect(await accessibilityProblems(page)).toEqual([]);
  await id.fill("shop");
  await form.getByLabel("Azure resource id").fill("/subscriptions/s/shop");
  await form.getByLabel("Host").fill("shop.postgres.database.azure.com");
  await form.getByLabel("Database").fill("shop");
  await form.getByLabel("The role that acts signs in").selectOption("password");
  await form.getByLabel("Setting with its password").fill("SHOP_PASSWORD");
  await form.getByLabel("Services that depend on it").fill("checkout\nreports");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("Shop is registered.").waitFor();
  await page.getByRole("article", { name: "Shop" }).getByText("checkout, reports").waitFor();
  expect(dashboard.api.store.servers[0]).toMatchObject({
    serverId: "shop",
    displayName: "Shop",
    dependents: ["checkout", "reports"],
    connection: { executor: { kind: "password", passwordSetting: "SHOP_PASSWORD" }, investigator: { kind: "entra" } },
  });
  expect(errors).toEqual([]);
  await context.close();
});

test("an admin disables PgMedic on a server, and takes another one away after being asked once more", async () => {
  dashboard.api.store.servers = [aServer(), aServer({ serverId: "ledger", displayName: "Ledger" })];
  const { page, context } = await dashboard.visit("/", { role: "admin" });
  await page.getByRole("button", { name: "Change Shop database" }).click();
  await page.getByLabel("PgMedic is enabled on it").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("article", { name: "Shop database" }).getByText("Disabled").waitFor();
  expect(dashboard.api.store.servers.find(({ serverId }) => serverId === "shop")).toEqual({
    ...aServer(),
    enabled: false,
    registeredAt: expect.any(String),
    automation: expect.any(Object),
    lastSnapshotAt: expect.any(String),
  });
  await page.getByRole("button", { name: "Change Ledger" }).click();
  await page.getByRole("button", { name: "Remove this server" }).click();
  expect(dashboard.api.store.servers).toHaveLength(2);
  await page.getByRole("button", { name: "Really remove Ledger" }).click();
  await page.getByText("Ledger is no longer watched.").waitFor();
  expect(dashboard.api.store.servers.map(({ serverId }) => serverId)).toEqual(["shop"]);
  await context.close();
});

test("an operator sees servers and what is registered of them, and changes nothing", async () => {
  dashboard.api.store.servers = [aServer()];
  const { page, context } = await dashboard.visit("/", { role: "operator" });
  await page.getByRole("article", { name: "Shop database" }).waitFor();
  for (const name of ["Add a server", "Change Shop database"])
    expect(await page.getByRole("button", { name }).count()).toBe(0);
  await context.close();
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertTarget } from "../../../shared/contracts/received-alert.ts";
import { Server } from "../../../shared/contracts/server.ts";
import { dependencyOf, serversNamedBy } from "../../../shared/core/alerted-server.ts";

type Wish = {
  host?: string;
  port?: number;
  azureName?: string;
  alertLabels?: Record<string, string>;
  dependents?: string[];
};

function aServer(serverId: string, wish: Wish = {}): Server {
  const { host, port = 5432, azureName = `${serverId}-azure` } = wish;
  const role = { kind: "entra", user: "pgmedic" } as const;
  return Server.parse({
    serverId,
    displayName: serverId,
    resourceId: `/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/${azureName}`,
    environment: "staging",
    enabled: true,
    connection:
      host === undefined
        ? { kind: "url", urlSetting: "NOT_THERE" }
        : { kind: "roles", host, port, database: "shop", investigator: role, executor: role },
    registeredAt: "2026-11-20T09:00:00.000Z",
    ...(wish.alertLabels === undefined ? {} : { alertLabels: wish.alertLabels }),
    ...(wish.dependents === undefined ? {} : { dependents: wish.dependents }),
  });
}

const shop = aServer("shop", { host: "Shop.postgres.database.azure.com", azureName: "shop" });
const stock = aServer("stock", { host: "10.0.0.4" });
const tried = aServer("tried", { azureName: "tried-out" });
const labelled = aServer("labelled", { alertLabels: { cluster: "Prod", role: "primary" } });
const first = aServer("first", { host: "two.internal", port: 5432 });
const second = aServer("second", { host: "two.internal", port: 5433 });
const odd = aServer("odd-one", { alertLabels: { constructor: "x" } });
const all = [odd, shop, stock, tried, labelled, first, second];
const named = (labels: Record<string, string>): string[] => serversNamedBy(labels, all).map(({ serverId }) => serverId);

describe("an alert's labels name a server", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["by its id", { server: "SHOP" }, ["shop"]],
    ["by its connection's host", { instance: "10.0.0.4" }, ["stock"]],
    ["by its host and an exporter's port", { instance: "10.0.0.4:9187" }, ["stock"]],
    ["by its host in a URL", { instance: "postgresql://10.0.0.4:5432/shop?sslmode=require" }, ["stock"]],
    ["by Azure's host name, whatever its case", { server: "SHOP.Postgres.Database.Azure.com:5432" }, ["shop"]],
    [
      "by Azure's host name, where the connection does not tell",
      { server: "tried-out.postgres.database.azure.com" },
      ["tried"],
    ],
    ["by its resource id", { resource_id: stock.resourceId.toUpperCase() }, ["stock"]],
    ["by the labels of its registration, all of them", { cluster: "prod", role: "primary", job: "x" }, ["labelled"]],
    ["by the port, where two are on one host", { instance: "two.internal:5433" }, ["second"]],
  ])("%s", (_case, labels, expected) => {
    expect(named(labels)).toEqual(expected);
  });

  test.each<[string, Record<string, string>, string[]]>([
    ["nobody's, where nothing names one", { instance: "elsewhere:9187", job: "postgres" }, []],
    ["nobody's, where a part of a name is another's", { instance: "shop.example.org", server: "shopping" }, []],
    ["nobody's, with half of the registered labels", { cluster: "prod" }, []],
    ["nobody's, without labels", {}, []],
    ["nobody's, where a registered label is only what every object has", { odd: "x" }, []],
    ["both, where two are on one host and no port decides", { instance: "two.internal:9187" }, ["first", "second"]],
    ["both, where one label says this and another that", { server: "shop", instance: "10.0.0.4" }, ["shop", "stock"]],
  ])("is %s", (_case, labels, expected) => {
    expect(named(labels)).toEqual(expected);
  });

  test("whatever they hold, a server is only found by what its registration says", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (labels, instance) => {
        const found = named({ ...labels, instance });
        if (found.length > 0)
          expect(`${instance} ${JSON.stringify(labels)}`.toLowerCase()).toMatch(
            /shop|stock|10\.0\.0\.4|tried|prod|two|first|second|labelled/,
          );
      }),
    );
  });
});

describe("an alert about a service leads to the servers that it depends on", () => {
  const app = "/subscriptions/0/resourceGroups/r/providers/Microsoft.Web/sites/shop-web";
  const orders = aServer("orders", { dependents: [app, "checkout"] });
  const payments = aServer("payments", { dependents: ["Checkout"] });
  const found = (target: AlertTarget) => {
    const dependency = dependencyOf(target, [shop, orders, payments]);
    return dependency === null ? null : [dependency.service, ...dependency.servers.map(({ serverId }) => serverId)];
  };
  const byLabels = (labels: Record<string, string>): AlertTarget => ({ by: "labels", labels });

  test.each<[string, AlertTarget, string[] | null]>([
    ["by its resource id", { by: "resourceIds", resourceIds: [app.toUpperCase()] }, ["SHOP-WEB", "orders"]],
    ["by its name", byLabels({ service: "checkout", job: "other" }), ["checkout", "orders", "payments"]],
    [
      "by the next label, where the first is nobody's",
      byLabels({ service: "x", app: "CHECKOUT" }),
      ["CHECKOUT", "orders", "payments"],
    ],
    ["to none, where nobody depends on one", byLabels({ service: "elsewhere" }), null],
    ["to none by a part of a name", byLabels({ service: "check" }), null],
    ["to none by a label that names no service", byLabels({ instance: "checkout" }), null],
    ["to none without labels", byLabels({}), null],
    ["to none where the server is known", { by: "server", serverId: "orders" }, null],
  ])("%s", (_case, target, expected) => {
    expect(found(target)).toEqual(expected);
  });
});

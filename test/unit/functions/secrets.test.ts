// What a server's registration may have the runner send to a host of its choice.
import { beforeAll, expect, test } from "vitest";
import type { secretOf as SecretOf } from "../../../functions/database.ts";
import { ServerConnection } from "../../../shared/contracts/server.ts";

let secretOf: typeof SecretOf;
beforeAll(async () => {
  Object.assign(process.env, {
    PGMEDIC_APP: "runner",
    COSMOS_ENDPOINT: "https://pgmedic.documents.azure.com:443/",
    ServiceBus__fullyQualifiedNamespace: "pgmedic.servicebus.windows.net",
    PGMEDIC_SECRET_SETTINGS: "SHOP_PASSWORD, CRM_PASSWORD",
    SHOP_PASSWORD: "of the shop",
    IDENTITY_HEADER: "of the platform",
  });
  ({ secretOf } = await import("../../../functions/database.ts"));
});

test("a registration can name the settings that the deployment lists, and no other", () => {
  expect(secretOf("SHOP_PASSWORD")).toBe("of the shop");
  for (const other of ["IDENTITY_HEADER", "PATH", "", "shop_password"])
    expect(() => secretOf(other)).toThrow(/is not listed in PGMEDIC_SECRET_SETTINGS/);
  expect(() => secretOf("CRM_PASSWORD")).toThrow(/is not there/);
});

const ROLES = { kind: "roles", host: "h", database: "d" } as const;
const entra = { kind: "entra", user: "u" } as const;
const password = { kind: "password", user: "u", passwordSetting: "SHOP_PASSWORD" } as const;

test("a role that signs in with a token needs TLS that is verified", () => {
  const takes = (connection: object): boolean => ServerConnection.safeParse({ ...ROLES, ...connection }).success;
  expect(takes({ investigator: entra, executor: entra })).toBe(true);
  expect(takes({ tls: "off", investigator: password, executor: password })).toBe(true);
  expect(takes({ tls: "off", investigator: entra, executor: password })).toBe(false);
  expect(takes({ tls: "off", investigator: password, executor: entra })).toBe(false);
});

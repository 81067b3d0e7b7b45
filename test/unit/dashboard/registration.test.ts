import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServerRegistration } from "../../../shared/contracts/server.ts";
import { type Draft, draftOf, fieldAt, registrationOf } from "../../../static-web/src/servers/registration.ts";
import { aServer } from "../../support/dashboard/data.ts";

const typed = (wish: Partial<Draft> = {}): Draft => ({
  ...draftOf(null),
  serverId: "shop",
  displayName: "Shop",
  resourceId: "/subscriptions/s/shop",
  host: "shop.postgres.database.azure.com",
  database: "shop",
  ...wish,
});
const problemsOf = (draft: Draft) => {
  const read = registrationOf(draft, null);
  return read.ok ? {} : read.problems;
};

test("what a form begins with lacks only what nobody else can know", () => {
  expect(Object.keys(problemsOf(draftOf(null))).toSorted()).toEqual([
    "database",
    "displayName",
    "host",
    "resourceId",
    "serverId",
  ]);
  expect(registrationOf(typed(), null)).toMatchObject({
    ok: true,
    serverId: "shop",
    registration: {
      environment: "production",
      enabled: true,
      connection: { kind: "roles", port: 5432, investigator: { kind: "entra", user: "pgmedic_investigator" } },
    },
  });
});

describe("what is wrong stands at its field", () => {
  test.each<[keyof Draft, Partial<Draft>]>([
    ["serverId", { serverId: "a shop" }],
    ["resourceId", { resourceId: "shop" }],
    ["vCores", { vCores: "many" }],
    ["vCores", { vCores: "" }],
    ["schemas", { schemas: " , " }],
    ["port", { port: "70000" }],
    ["tls", { tls: "off" }],
    ["executor", { executor: " " }],
    ["investigatorPassword", { investigatorSignIn: "password" }],
    ["urlSetting", { connection: "url" }],
    ["alertLabels", { alertLabels: "cluster" }],
    ["dependents", { dependents: "x".repeat(600) }],
  ])("%s of %j", (field, wish) => {
    expect(Object.keys(problemsOf(typed(wish)))).toEqual([field]);
  });

  test("also where the API says it", () => {
    expect(fieldAt("connection.executor.user")).toBe("executor");
    expect(fieldAt("alertLabels.cluster")).toBe("alertLabels");
    expect(fieldAt("(body)")).toBeNull();
  });
});

describe("a registration that is opened and saved", () => {
  const text = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
  const signIn = fc.oneof(
    fc.record({ kind: fc.constant("entra" as const), user: text }),
    fc.record({ kind: fc.constant("password" as const), user: text, passwordSetting: text }),
  );
  const connection = fc.oneof(
    fc.record({ kind: fc.constant("url" as const), urlSetting: text }),
    fc.record({
      kind: fc.constant("roles" as const),
      host: text,
      port: fc.integer({ min: 1, max: 65_535 }),
      database: text,
      tls: fc.constant("verify-full" as const),
      investigator: signIn,
      executor: signIn,
    }),
  );
  const registration = fc.record(
    {
      displayName: text,
      resourceId: text.map((name) => `/${name}`),
      environment: fc.constantFrom("production" as const, "staging" as const),
      tier: fc.constantFrom("critical" as const, "low" as const),
      enabled: fc.boolean(),
      mayScale: fc.boolean(),
      detection: fc.boolean(),
      vCores: fc.integer({ min: 1, max: 64 }),
      schemas: fc.array(text, { minLength: 1, maxLength: 3 }),
      connection,
      alertLabels: fc.dictionary(text, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      dependents: fc.array(text, { minLength: 1, maxLength: 3 }),
    },
    {
      requiredKeys: [
        "displayName",
        "resourceId",
        "environment",
        "tier",
        "enabled",
        "mayScale",
        "detection",
        "vCores",
        "schemas",
        "connection",
      ],
    },
  );

  test("is what it was", () => {
    fc.assert(
      fc.property(registration, (wish) => {
        const known = { ...aServer(), ...ServerRegistration.parse(wish) };
        const read = registrationOf(draftOf(known), known);
        expect(read).toEqual({ ok: true, serverId: known.serverId, registration: ServerRegistration.parse(wish) });
      }),
    );
  });

  test("loses the labels and services that were taken out of it", () => {
    const known = aServer({ alertLabels: { cluster: "shop" }, dependents: ["checkout"] });
    const read = registrationOf({ ...draftOf(known), alertLabels: "", dependents: "" }, known);
    expect(read).toMatchObject({ ok: true });
    expect(read).not.toHaveProperty("registration.alertLabels");
    expect(read).not.toHaveProperty("registration.dependents");
  });
});

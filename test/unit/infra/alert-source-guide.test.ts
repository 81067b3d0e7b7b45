// What infra/README.md tells people to write for Alertmanager and Grafana, held against what the code reads.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readSettings } from "../../../functions/settings.ts";
import { AlertSource } from "../../../shared/contracts/received-alert.ts";
import { severityOfLabel } from "../../../shared/core/alert-sources/grouped.ts";

const chapter =
  /## Alerts of Prometheus and Grafana\n([^]*?)\n## /.exec(readFileSync("infra/README.md", "utf8"))?.[1] ?? "";
const documents: unknown[] = [...chapter.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]): unknown =>
  parse(text ?? ""),
);

const OAuth2 = z.strictObject({
  client_id: z.string(),
  client_secret_file: z.string().optional(),
  client_secret: z.string().optional(),
  token_url: z.url(),
  scopes: z.tuple([z.string().regex(/^api:\/\/.+\/\.default$/)]),
});
const Alertmanager = z.strictObject({
  route: z.looseObject({ receiver: z.string(), routes: z.array(z.looseObject({ receiver: z.string() })) }),
  receivers: z.array(
    z.strictObject({
      name: z.string(),
      webhook_configs: z
        .array(
          z.strictObject({
            url: z.string(),
            send_resolved: z.literal(true),
            max_alerts: z.number().int().positive(),
            http_config: z.strictObject({ oauth2: OAuth2 }),
          }),
        )
        .optional(),
    }),
  ),
});
const ContactPoint = z.looseObject({
  contactPoints: z.tuple([
    z.looseObject({
      receivers: z.tuple([
        z.looseObject({
          type: z.literal("webhook"),
          settings: z.looseObject({ url: z.string(), http_config: z.strictObject({ oauth2: OAuth2 }) }),
        }),
      ]),
    }),
  ]),
});

const sourceIn = (url: string | undefined) => /\/api\/alerts\?source=(\w+)$/.exec(url ?? "")?.[1];

test("the part of alertmanager.yml is whole: each route has its receiver, and PgMedic's comes first and goes on", () => {
  const { route, receivers } = Alertmanager.parse(documents[0]);
  const names = new Set(receivers.map(({ name }) => name));
  for (const { receiver } of [route, ...route.routes]) expect(names).toContain(receiver);
  expect(route.routes[0]).toMatchObject({ receiver: "pgmedic", continue: true });
  const [webhook] = receivers.flatMap(({ webhook_configs: webhooks }) => webhooks ?? []);
  expect(sourceIn(webhook?.url)).toBe(AlertSource.enum.prometheus);
});

test("Grafana's contact point posts to its own source", () => {
  const { contactPoints } = ContactPoint.parse(documents[1]);
  expect(sourceIn(contactPoints[0].receivers[0].settings.url)).toBe(AlertSource.enum.grafana);
});

test("the role and the severities that people are told of are those that are read", () => {
  const { INGEST_SOURCE_ROLE } = readSettings({ COSMOS_ENDPOINT: "http://127.0.0.1:1" });
  expect(chapter).toContain(`app role for applications, \`${INGEST_SOURCE_ROLE}\``);
  expect(readFileSync("infra/main.bicep", "utf8")).toContain(`INGEST_SOURCE_ROLE: '${INGEST_SOURCE_ROLE}'`);
  const row = /\| severity \|[^|]*label `severity`: ([^|]*)\|/.exec(chapter)?.[1] ?? "";
  const told = [...row.matchAll(/([A-Za-z0-9, ]+) → (Sev\d)/g)].flatMap(([, words, severity]) =>
    (words ?? "").split(",").map((word) => [word.trim(), severity] as const),
  );
  expect(told.length).toBeGreaterThan(18);
  for (const [word, severity] of told) expect(severityOfLabel(word), word).toBe(severity);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { postgresOf } from "../../../shared/adapters/postgres.ts";
import { statementCounters } from "../../../shared/catalogue/diagnostics/statement-counters.ts";
import { statementTexts } from "../../../shared/catalogue/diagnostics/statement-texts.ts";
import type { Server } from "../../../shared/contracts/server.ts";
import { runStatement } from "../../../shared/execution/run-statement.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

test("what PgMedic asks and does itself is never counted as the server's load", async () => {
  await cluster.withDatabase(async ({ url, query }) => {
    await query("create extension pg_stat_statements");
    await query("create table parts (id int)");
    const server: Server = {
      serverId: "any",
      displayName: "any",
      resourceId: "/any",
      environment: "development",
      tier: "standard",
      enabled: true,
      vCores: 1,
      mayScale: false,
      detection: true,
      schemas: ["public"],
      connection: { kind: "url", urlSetting: "URL" },
      registeredAt: "2026-11-20T09:30:00.000Z",
    };
    const purpose = { server, applicationName: "pgmedic/test" };
    const postgres = postgresOf(() => url);
    await postgres.asExecutor(purpose, (session) =>
      runStatement(session, {
        name: "create_index",
        statements: ["create index concurrently parts_id on public.parts (id)"],
        owner: "postgres",
        target: "parts",
        waitMs: 10_000,
      }),
    );
    const seen = await postgres.asInvestigator(purpose, async (session) => {
      await session.query({ name: "look", text: "select id from public.parts where id = $1", row: z.unknown() }, [1]);
      const { rows } = await query<{ version: string }>("select current_setting('server_version_num') as version");
      const counters = await session.query(statementCounters("public", Number(rows[0]?.version)), [500]);
      return session.query(statementTexts("public"), [counters.map(({ key }) => key)]);
    });
    const texts = seen.map((statement) => statement.query);
    expect(texts).toContain("create table parts (id int)");
    expect(texts.filter((text) => /parts_id|where id|set role|advisory/.test(text))).toEqual([]);
  });
});

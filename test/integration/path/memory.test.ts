// What one incident teaches the next: real PostgreSQL, real runs, real documents.
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { AuditAnswer, type IncidentDetail } from "../../../shared/contracts/api.ts";
import { Calibration } from "../../../shared/contracts/memory.ts";
import { confidenceOf } from "../../../shared/core/confidence.ts";
import { type Cloud, eventually, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { BY_CUSTOMER, BY_PRODUCT, BY_TOTAL, sufferingShop } from "../../support/suffering-shop.ts";

let cloud: Cloud;
const shop = sufferingShop(() => cloud);
beforeAll(async () => {
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
});
afterEach(() => shop.calm());
afterAll(() => cloud.stop());

const ended = (incident: IncidentDetail): Promise<IncidentDetail> =>
  untilState(cloud, incident.incidentId, ["resolved", "failed", "rolledBack"]);
const diagnosisOf = ({ diagnosis }: IncidentDetail) => {
  if (diagnosis === null) throw new Error("nothing was diagnosed");
  return diagnosis;
};
/** The confidence that today's evidence alone comes to. */
const alone = (incident: IncidentDetail): number => {
  const { self, evidence } = diagnosisOf(incident).confidence;
  return confidenceOf({ self, evidence, validator: null, retrieval: null }).composite;
};
/** What is remembered, once there are so many: a run is remembered right after it has ended. */
const calibrationOf = (remembered: number): Promise<Calibration> =>
  eventually(
    async () => {
      const { body } = await cloud.call("GET", "memory/calibration", { as: ["reader"] });
      const calibration = Calibration.parse(body);
      return calibration.remembered === remembered ? calibration : null;
    },
    { withinMs: 10_000, what: `${remembered} memories` },
  );

let first: IncidentDetail;
let second: IncidentDetail;

test("the first incident of its kind remembers nothing like it, and its confidence is that of its evidence", async () => {
  const incident = await shop.hit(BY_CUSTOMER);
  expect(diagnosisOf(incident)).toMatchObject({ recalled: [], lasting: null, confidence: { retrieval: null } });
  expect(diagnosisOf(incident).confidence.composite).toBe(alone(incident));
  expect((await shop.decide(incident, "approve")).status).toBe(200);
  first = await ended(incident);
  expect(first.verification?.verdict).toBe("improved");
  expect(await calibrationOf(1)).toMatchObject({ judged: 1, confirmed: 1, brierScore: null });
});

const Diagnosed = z.looseObject({ recalled: z.array(z.string()) });

test("a second one of the same cause on another column recalls it, and its outcome is part of the confidence", async () => {
  const incident = await shop.hit(BY_PRODUCT);
  const { recalled, confidence } = diagnosisOf(incident);
  expect(recalled).toMatchObject([{ incidentId: first.incidentId, outcome: "helped" }]);
  expect(recalled[0]?.because).toMatch(
    /^The same cause on the same table on .*: create index on public\.orders\(customer_id\) helped, .* ms → .* ms\.$/,
  );
  expect(confidence.retrieval).toBeGreaterThanOrEqual(alone(incident) - 0.001);
  const { entries } = AuditAnswer.parse((await cloud.call("GET", `incidents/${incident.incidentId}/audit`)).body);
  expect(Diagnosed.parse(entries.find(({ what }) => what === "diagnosed")?.detail).recalled).toEqual([
    first.incidentId,
  ]);

  await shop.planIndexes("off");
  expect((await shop.decide(incident, "approve")).status).toBe(200);
  second = await ended(incident);
  expect(second.resolution?.path).toBe("rolledBack");
  await shop.planIndexes("on");
  expect(await calibrationOf(2)).toMatchObject({ judged: 2, confirmed: 1 });
});

test("what was taken back on another column lowers the confidence of a third, and is said against it", async () => {
  const incident = await shop.hit(BY_TOTAL);
  const { recalled, confidence, findings } = diagnosisOf(incident);
  expect(recalled).toMatchObject([
    { incidentId: second.incidentId, outcome: "takenBack" },
    { incidentId: first.incidentId, outcome: "helped" },
  ]);
  expect(confidence.retrieval).toBeLessThan(alone(incident));
  expect(confidence.composite).toBeLessThan(alone(incident));
  expect(findings).toContainEqual(
    expect.objectContaining({
      stance: "against",
      statement: expect.stringMatching(/create index on public\.orders\(product_id\) did not help and was taken back/),
    }),
  );
  // Memory does not keep it from being proposed: what may be done is the guardrails' to say.
  expect(incident.state).toBe("awaitingApproval");
  expect((await shop.decide(incident, "skip")).status).toBe(200);
});

test("an index that helped and that somebody dropped is told as such when its alert comes again", async () => {
  const client = new pg.Client({ connectionString: cloud.shop() });
  await client.connect();
  await client.query("drop index idx_orders_customer_id");
  await client.end();
  const incident = await shop.hit(BY_CUSTOMER);
  const { recalled, findings, severity } = diagnosisOf(incident);
  expect(recalled[0]).toMatchObject({
    incidentId: first.incidentId,
    because: expect.stringMatching(/^The same cause in the same place on/),
  });
  expect(findings).toContainEqual(
    expect.objectContaining({
      stance: "against",
      statement: expect.stringMatching(
        /mended on .* by create index on public\.orders\(customer_id\), which helped .* yet it has come again\. The index public\.idx_orders_customer_id is not there any more: somebody dropped it\.$/,
      ),
    }),
  );
  expect(severity).toBe(diagnosisOf(first).severity);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Memory } from "../../../shared/contracts/memory.ts";
import type { Playbook } from "../../../shared/contracts/playbook.ts";
import { fingerprintOf } from "../../../shared/core/memory.ts";
import { concludeFrom } from "../../../shared/investigation/conclude.ts";
import type { InvestigationRequest } from "../../../shared/investigation/investigate.ts";
import { aMemory, anEffect, anyMemory } from "../../support/memories.ts";
import { anObserved } from "../../support/observed.ts";

const PLAYBOOK: Playbook = {
  name: "investigateHighCPU",
  title: "High CPU",
  description: "What takes the CPU.",
  alerts: { metrics: ["cpu_percent"], ruleWords: [] },
  symptom: "cpu",
  diagnostics: ["activity"],
  causes: ["undersized"],
  drillDown: [],
};
/** A core that is full of statements which have the plans that they need, on a server that may grow. */
const SEEN = anObserved({
  cores: 1,
  statements: 6,
  cpuPercent: 96,
  resource: {
    state: "Ready",
    sku: "Standard_D2ds_v5",
    storageGiB: 128,
    storageType: "Premium_LRS",
    growsByItself: false,
    highAvailability: "Disabled",
    replicationRole: "Primary",
    replicas: 0,
  },
});
const unused = () => Promise.reject(new Error("concluding asks nobody"));
const concluded = (memories: readonly Memory[]) => {
  const request: InvestigationRequest = {
    incidentId: "inc-now",
    server: SEEN.server,
    alertSeverity: "Sev2",
    complaint: SEEN.complaint,
    playbook: PLAYBOOK,
    playbooks: new Map(),
    earlierSnapshots: [],
    memories,
    withClone: unused,
    cpuPercent: unused,
    readResource: unused,
  };
  return concludeFrom(SEEN, request);
};
const ALONE = concluded([]);

/** The same server found too small earlier, with what came of it. */
const tooSmall = (wish: Partial<Memory> = {}): Memory =>
  aMemory({
    cause: "undersized",
    table: null,
    subject: "the server",
    fingerprint: fingerprintOf({
      serverId: "shop",
      cause: "undersized",
      subject: "the server",
      playbook: "investigateHighCPU",
    }),
    action: { kind: "scale_compute", target: "compute", object: null },
    ...wish,
  });

test("without a memory the confidence is that of the evidence, and nothing was seen before", () => {
  expect(ALONE.diagnosis).toMatchObject({
    verdict: "cause",
    recalled: [],
    lasting: null,
    confidence: { retrieval: null },
  });
});

test("what was mended for good and has come again is a finding against, resting on today's evidence", () => {
  const { diagnosis } = concluded([tooSmall()]);
  const [added] = diagnosis.findings.slice(ALONE.diagnosis.findings.length);
  expect(added).toMatchObject({ stance: "against", statement: expect.stringContaining("yet it has come again") });
  const known = new Set(diagnosis.evidence.map(({ id }) => id));
  expect(added?.evidenceIds.every((id) => known.has(id))).toBe(true);
  expect(new Set(diagnosis.findings.map(({ id }) => id)).size).toBe(diagnosis.findings.length);
});

test("whatever is remembered, verdict, cause, severity, evidence and remedy are those of today's evidence alone", () => {
  const alike = fc
    .tuple(anyMemory, fc.constantFrom("improved", "no_effect", "regressed", "inconclusive"), fc.boolean())
    .map(([{ incidentId, runId, endedAt }, verdict, wasTakenBack]) =>
      tooSmall({ incidentId, runId, endedAt, effect: anEffect(verdict), wasTakenBack }),
    );
  fc.assert(
    fc.property(fc.array(fc.oneof(anyMemory, alike), { maxLength: 10 }), (memories) => {
      const { diagnosis, remedy } = concluded(memories);
      const { recalled: _, lasting: __, confidence, findings, ...answer } = diagnosis;
      const { recalled: ___, lasting: ____, confidence: alone, findings: own, ...expected } = ALONE.diagnosis;
      expect(answer).toEqual(expected);
      expect(remedy).toEqual(ALONE.remedy);
      expect(findings.slice(0, own.length)).toEqual(own);
      expect(findings.slice(own.length).every(({ stance }) => stance === "against")).toBe(true);
      const { self, evidence, validator } = confidence;
      expect({ self, evidence, validator }).toEqual({
        self: alone.self,
        evidence: alone.evidence,
        validator: alone.validator,
      });
    }),
  );
});

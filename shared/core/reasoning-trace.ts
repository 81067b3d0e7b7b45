import { z } from "zod";
import type { AuditEntry } from "../contracts/api.ts";
import { Confidence, Evidence, Finding, ObservedInterval, ProvenCause, Rejected } from "../contracts/diagnosis.ts";
import type { AskedOpinion, TraceStep } from "../contracts/reasoning-trace.ts";
import { SecondOpinion } from "../contracts/second-opinion.ts";
import { lenient } from "../contracts/unknown-fields.ts";

type Part = TraceStep["parts"][number];

/** What an investigation leaves in the chain. Entries of older versions hold less, those of newer ones more. */
const Diagnosed = lenient(
  z.object({
    summary: z.string(),
    playbook: z.string().optional(),
    drilledDown: z.array(z.string()).default([]),
    interval: ObservedInterval.optional(),
    ran: z.array(z.object({ name: z.string(), rows: z.number().nullable(), ms: z.number() })).default([]),
    evidence: z.array(Evidence).default([]),
    findings: z.array(Finding).default([]),
    causes: z.array(ProvenCause).default([]),
    rejected: z.array(Rejected).default([]),
    notSeen: z.array(Rejected).default([]),
    recalled: z.array(z.string()).default([]),
    confidence: Confidence.optional(),
    secondOpinion: SecondOpinion.nullish(),
  }),
);
type Diagnosed = z.infer<typeof Diagnosed>;

/** How an incident came to where it is: the audit chain in words, in its order, with what a model was asked beside it. */
export const traceOf = (entries: readonly AuditEntry[], asked: AskedOpinion | null): TraceStep[] =>
  entries.map(({ sequence, at, what, detail, hash }) => {
    const diagnosed = what === "diagnosed" ? Diagnosed.safeParse(detail) : null;
    const told = diagnosed?.success === true ? investigated(diagnosed.data, asked) : plainly(detail);
    return { sequence, at, what, hash, ...told };
  });

type Told = Pick<TraceStep, "said" | "parts">;

function investigated(found: Diagnosed, asked: AskedOpinion | null): Told {
  const stanceOf = (stance: "for" | "against"): string[] =>
    found.findings.filter((finding) => finding.stance === stance).map(({ statement }) => statement);
  const putAside = ({ what, because }: Rejected): string => `${what}: ${because}`;
  const followed = found.playbook === undefined ? [] : [found.playbook, ...found.drilledDown];
  const looked =
    found.interval === undefined ? [] : [`${found.interval.from} to ${found.interval.to} (${found.interval.basis})`];
  return {
    said: found.summary,
    parts: [
      part("Followed the playbooks", followed),
      part("Looked at the time", looked),
      part(
        "Asked of the server",
        found.ran.map(({ name, rows, ms }) => `${name}: ${rows ?? "no"} rows in ${ms.toFixed(1)} ms`),
      ),
      part(
        "Saw",
        found.evidence.map(({ source, summary }) => `${summary} (${source})`),
      ),
      part("Speaks for it", stanceOf("for")),
      part("Speaks against it", stanceOf("against")),
      part(
        "Proven",
        found.causes.map(({ cause, subject, statement }) => `${cause} (${subject}): ${statement}`),
      ),
      part("Put aside", found.rejected.map(putAside)),
      part("Could not see", found.notSeen.map(putAside)),
      part("Remembered", found.recalled),
      part("A model's second opinion", opinionLines(found.secondOpinion)),
      ...(asked === null ? [] : askedParts(asked)),
      part("Confidence", found.confidence === undefined ? [] : linesOf(found.confidence)),
    ].flat(),
  };
}

function opinionLines(opinion: Diagnosed["secondOpinion"]): string[] {
  if (opinion == null) return [];
  if (opinion.outcome === "unavailable") return [`${opinion.model} was not to be had: ${opinion.why}`];
  const { model, cause, confidence, because, agrees } = opinion;
  return [`${model} ${agrees ? "agrees" : "differs"}: ${cause}, ${Math.round(confidence * 100)} % sure. ${because}`];
}

const askedParts = ({ question, answer }: AskedOpinion): Part[] => [
  { title: "Asked of the model", lines: [question.system, question.user] },
  ...part("Answered by the model", answer === null ? [] : [answer]),
];

/** An entry without words of its own: its fields. What names another thing's key says nothing to a person. */
function plainly({ key: _, ...detail }: AuditEntry["detail"]): Told {
  const { statement, because, summary } = detail;
  const said = [statement, because, summary].find((text) => typeof text === "string");
  const { facts, ...others } = detail;
  return {
    said: typeof said === "string" ? said : "",
    parts: [...part("Recorded", linesOf(others)), ...part("What the guardrails saw", linesOf(facts))],
  };
}

const part = (title: string, lines: readonly string[]): Part[] =>
  lines.length === 0 ? [] : [{ title, lines: [...lines] }];

function linesOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, content]) =>
    content === null || content === undefined
      ? []
      : [`${name}: ${typeof content === "string" ? content : JSON.stringify(content)}`],
  );
}

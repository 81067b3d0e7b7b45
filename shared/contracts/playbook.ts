import { z } from "zod";
import { Cause, Symptom } from "./taxonomy.ts";

/** A playbook: which alerts it answers, what it looks at, which causes it may conclude, and where it goes on from there. */
export const Playbook = z.strictObject({
  name: z.string().regex(/^[a-z][A-Za-z0-9]{2,39}$/, "a playbook is named in camelCase, such as investigateHighCPU"),
  title: z.string().min(3).max(80),
  description: z.string().min(10).max(600),
  /** What it is called for: metrics of Azure Monitor (`*` at the end stands for any ending), or words of a rule's name. */
  alerts: z.strictObject({
    metrics: z.array(z.string().min(1)).default([]),
    ruleWords: z.array(z.string().min(3)).default([]),
  }),
  symptom: Symptom,
  diagnostics: z.array(z.string().min(1)).min(1),
  causes: z.array(Cause).min(1),
  /** Where to look next when a cause is found or nothing is. */
  drillDown: z
    .array(z.strictObject({ when: z.union([Cause, z.literal("unexplained")]), playbook: z.string() }))
    .default([]),
});
export type Playbook = z.infer<typeof Playbook>;

/** A playbook of a file, with its text as it stands there. */
export type FiledPlaybook = { origin: "own" | "folder"; playbook: Playbook; text: string };

// The advisor on a workload written as texts: `const { advise } = useAdvisor()` in a test file.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Advice, Workload, WorkloadStatement } from "../../../shared/advisor/advice.ts";
import { candidateName } from "../../../shared/advisor/candidates.ts";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import { chooseIndex } from "../../../shared/advisor/choose-index.ts";
import type { PlannerClone } from "../../../shared/advisor/clone-protocol.ts";
import { startPlannerClone } from "../../../shared/advisor/clone-thread.ts";
import { parseSql } from "../../../shared/advisor/syntax.ts";
import { aCatalog, aShop } from "../../support/catalog.ts";

export type Wish = { catalog?: Catalog; writes?: number; hotUpdates?: number; examples?: Record<string, string> };

export async function syntaxOf(query: string): Promise<WorkloadStatement["syntax"]> {
  const parsed = await parseSql(query);
  const syntax = parsed.ok ? parsed.statements[0] : undefined;
  if (syntax === undefined) throw new Error(`it does not parse: ${query}`);
  return syntax;
}

/** Statements with their total times in ms; `examples` are calls with constants by the statement's text. */
export async function aWorkload(queries: Record<string, number>, wish: Wish = {}): Promise<Workload> {
  const statements = await Promise.all(
    Object.entries(queries).map(async ([query, totalMs], at): Promise<WorkloadStatement> => {
      const example = wish.examples?.[query];
      const statement = { key: `10/${at}`, query, syntax: await syntaxOf(query), totalMs };
      return example === undefined
        ? statement
        : { ...statement, examples: [{ query: example, syntax: await syntaxOf(example) }] };
    }),
  );
  const { writes = 0, hotUpdates = 0 } = wish;
  return { statements, seconds: 10, writesPerSecond: () => writes, hotUpdatesPerSecond: () => hotUpdates };
}

export const chosen = ({ choice }: Advice): string | null => (choice === null ? null : candidateName(choice.candidate));
export const allChosen = (advice: Advice): string[] => advice.chosen.map(({ candidate }) => candidateName(candidate));
export const reasons = ({ rejected }: Advice): string =>
  rejected.map(({ what, because }) => `${what}: ${because}`).join("\n");

/** A clone for a test file. The template is the one that the command line keeps: making it takes seconds, once. */
export function useAdvisor() {
  let clone: PlannerClone;
  beforeAll(async () => {
    clone = startPlannerClone(join(tmpdir(), "pgmedic-clone"));
    await clone.load(aCatalog(), []);
  }, 60_000);
  afterAll(async () => {
    await clone.close();
  });
  return {
    clone: () => clone,
    advise: async (queries: Record<string, number>, wish: Wish = {}): Promise<Advice> =>
      chooseIndex(clone, wish.catalog ?? aShop().catalog, await aWorkload(queries, wish)),
  };
}

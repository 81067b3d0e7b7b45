import { Baseline, type BaselineMetric, Detection } from "../contracts/baseline.ts";
import { type Address, allOf, type Documents } from "./documents.ts";
import { type Change, guardedChange } from "./guarded-change.ts";

/** After so long without a reading what was learnt is forgotten: by then it has faded to a tenth anyway. */
const KEPT_SECONDS = 90 * 24 * 3_600;
export type Baselines = ReturnType<typeof baselinesOf>;

/**
 * What is usual on each server. One document per metric, 7 to 10 KB, written once an hour; and one per server where the detection
 * stands, 2 to 6 KB, written once a minute: by estimate 20 request units a minute and server.
 */
export function baselinesOf(documents: Documents) {
  const at = (serverId: string, id: string): Address => ({
    container: "baselines",
    id,
    partition: serverId,
    ttlSeconds: KEPT_SECONDS,
  });
  return {
    /** The baselines of a server. Rejects when one of them cannot be read: to leave it out would be to learn it anew. */
    all: async (serverId: string): Promise<Map<BaselineMetric, Baseline>> => {
      const found = await documents.search(
        {
          container: "baselines",
          sql: 'select * from c where c.serverId = @partition and startswith(c.id, "baseline-")',
          parameters: [],
          partition: serverId,
        },
        Baseline,
      );
      return new Map(allOf("baselines", found).map((baseline) => [baseline.metric, baseline]));
    },
    /** Changes a baseline under its ETag. `decide` gets null where there is none, and answers null to leave it. */
    change: (
      serverId: string,
      metric: BaselineMetric,
      decide: (known: Baseline | null) => Baseline | null,
    ): Promise<void> =>
      guardedChange(documents, at(serverId, `baseline-${metric}`), Baseline, (known) => ({
        next: decide(known),
        answer: undefined,
      })),
    detection: async (serverId: string): Promise<Detection | null> =>
      (await documents.read(at(serverId, "detection"), Detection))?.value ?? null,
    /** Changes where the detection stands, under its ETag; `decide` may be asked again after a lost race. */
    changeDetection: <Answer>(
      serverId: string,
      decide: (known: Detection | null) => Change<Detection, Answer>,
    ): Promise<Answer> => guardedChange(documents, at(serverId, "detection"), Detection, decide),
  };
}

import type { Playbook } from "../contracts/playbook.ts";
import type { Cause } from "../contracts/taxonomy.ts";
import { type Decision, decide } from "./decide.ts";
import type { Observed } from "./observed.ts";

/** So many playbooks are followed one after another: each hop widens what may be concluded. */
const MOST_FOLLOWED = 4;

export type Followed = {
  decision: Decision;
  /** The playbooks in the order in which they were followed, the one that the alert asked for first. */
  path: readonly [Playbook, ...Playbook[]];
};

/**
 * Weighs the causes of a playbook, and goes on to the next one as it says: from the cause that would be acted on, or where nothing explains the
 * complaint. What was seen stays the same; each playbook adds causes, so that a deeper one takes the place of what it brings about.
 */
export function followedDown(
  seen: Observed,
  { playbook, playbooks }: { playbook: Playbook; playbooks: ReadonlyMap<string, Playbook> },
  needsExplanation: boolean,
): Followed {
  let path: Followed["path"] = [playbook];
  for (;;) {
    const decision = decide(seen, [...new Set(path.flatMap(({ causes }) => causes))]);
    const found = decision.proven[0]?.cause ?? (needsExplanation ? "unexplained" : null);
    const next = found === null ? undefined : nextOf(path, found, playbooks);
    if (next === undefined || path.length >= MOST_FOLLOWED) return { decision, path };
    path = [...path, next];
  }
}

/** The first playbook that one of the path leads to from a finding, and that was not followed yet. */
function nextOf(
  path: Followed["path"],
  found: Cause | "unexplained",
  playbooks: ReadonlyMap<string, Playbook>,
): Playbook | undefined {
  const names = new Set(path.map(({ name }) => name));
  const leads = path.flatMap(({ drillDown }) => drillDown.filter(({ when }) => when === found));
  return leads.flatMap((lead) => playbooks.get(lead.playbook) ?? []).find(({ name }) => !names.has(name));
}

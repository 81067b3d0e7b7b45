// The main story in seven beats: a missing index is found, allowed by a person, built and proven; the next one needs nobody.
import { decided } from "./consent.ts";
import { baseline, calmCpu, dispatched, hammered, proposed } from "./detection.ts";
import { type Healed, healed } from "./healing.ts";
import { count, ms, percent, seconds } from "./in-words.ts";
import { must, type Scene } from "./scene.ts";

/** How the story ended: to its end, or where a person skipped the proposal. */
export type Ending = { told: true; incidents: readonly [Healed, Healed] } | { told: false; because: string };

/** Plays it. Rejects with the number of the beat that did not happen and what was seen in its place. */
export async function playStory(scene: Scene): Promise<Ending> {
  const cpuBefore = await beat(scene, "1 · Baseline", baseline);
  const first = await beat(scene, "2 · The shop hammers orders.customer_id", (at) => hammered(at, "customer_id"));
  const { incidentId } = first.incident;
  await beat(scene, "3 · The incident is dispatched", (at) => dispatched(at, first.incident));
  const open = await beat(scene, "4 · The proposal", (at) => proposed(at, incidentId, "customer_id"));
  const { decision } = await beat(scene, "5 · Suspended, and decided in the chat", (at) => decided(at, open));
  if (decision?.verdict !== "approve") return { told: false, because: "the proposal was skipped" };
  const byPerson = await beat(scene, "6 · Resumed, built, verified, resolved", (at) =>
    healed(at, { ...first, column: "customer_id", cpuBefore }),
  );
  const isStanding = decision.instructionId !== null;
  const title = `7 · orders.product_id is hit, and ${isStanding ? "healed with nobody" : "asks again"}`;
  const byItself = await beat(scene, title, (at) => second(at, isStanding));
  if (byItself === null) return { told: false, because: "the second proposal was skipped" };
  await beat(scene, "    The timeline", (at) => timeline(at, [byPerson, byItself]));
  return { told: true, incidents: [byPerson, byItself] };
}

async function beat<T>(scene: Scene, title: string, play: (scene: Scene) => Promise<T>): Promise<T> {
  scene.tell("");
  scene.tell(title);
  try {
    return await play({ ...scene, tell: (line) => scene.tell(`    ${line}`) });
  } catch (error) {
    throw new Error(`${title}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The whole way again on another column. With a standing instruction nobody is asked, else the run waits for a person as before. */
async function second(scene: Scene, isStanding: boolean): Promise<Healed | null> {
  const cpuBefore = await calmCpu(scene);
  const patient = await hammered(scene, "product_id");
  await dispatched(scene, patient.incident);
  const open = await proposed(scene, patient.incident.incidentId, "product_id");
  if (!isStanding) {
    const { decision } = await decided(scene, open);
    if (decision?.verdict !== "approve") return null;
  } else {
    must(open.decision?.by.kind === "instruction", "the instruction did not decide");
    scene.tell(`nobody was asked: decided by the instruction ${open.decision.by.instructionId}`);
  }
  const result = await healed(scene, { ...patient, column: "product_id", cpuBefore });
  must(result.path === (isStanding ? "autonomous" : "humanApproved"), `it was resolved on the path ${result.path}`);
  return result;
}

async function timeline({ person, tell }: Scene, incidents: readonly Healed[]): Promise<void> {
  const rows = await person.timeline();
  for (const { incidentId, path } of incidents) {
    const row = rows.find((candidate) => candidate.incidentId === incidentId);
    must(row !== undefined, `the timeline does not show ${incidentId}`);
    must(row.resolutionPath === path, `the timeline says ${row.resolutionPath ?? "nothing"} for ${incidentId}`);
    tell(`${row.openedAt} ${row.title}: ${row.state}, ${path}, by ${row.decidedBy ?? "nobody"}`);
  }
}

/** The figures side by side. */
export function tableOf(incidents: readonly Healed[]): string[] {
  const pair = (format: (value: number) => string, { before, after }: { before: number; after: number }) =>
    `${format(before)} → ${format(after)}`;
  const rows: [string, (healed: Healed) => string][] = [
    ["", ({ column }) => column],
    ["resolved", ({ path }) => path],
    ["CPU before → peak → after", ({ cpu }) => `${percent(cpu.before)} → ${percent(cpu.peak)} → ${percent(cpu.after)}`],
    ["mean time", ({ meanMs }) => pair(ms, meanMs)],
    ["blocks per call", ({ blocks }) => pair(count, blocks)],
    ["alert → proposal", (healed) => ms(healed.alertToProposalMs)],
    ["index build", ({ buildMs }) => seconds(buildMs)],
    ["approval → resolved", (healed) => ms(healed.approvalToResolvedMs)],
  ];
  return rows.map(
    ([label, cell]) =>
      label.padEnd(28) +
      incidents
        .map((one) => cell(one).padEnd(26))
        .join("")
        .trimEnd(),
  );
}

import type { Playbook } from "../contracts/playbook.ts";
import type { FieldProblem } from "../contracts/playbook-edit.ts";
import { choosePlaybook, FALLBACK, type Occasion } from "./playbook-choice.ts";

type Playbooks = ReadonlyMap<string, Playbook>;

/** What a change is held against. */
export type Surroundings = {
  /** What is in force before the change. */
  before: Playbooks;
  /** What PgMedic brings: whatever these answer must stay answered. */
  brought: Playbooks;
  diagnostics: readonly string[];
  schedules: readonly { scheduleId: string; serverId: string; playbook: string }[];
};
/** `playbook` is what is in force of the name afterwards; null for nothing. */
export type PlaybookChange = { name: string; playbook: Playbook | null };
export type Judgement = { errors: FieldProblem[]; warnings: FieldProblem[] };

/** Whether a change of a playbook may be made. What its own schema says holds already; this is what it needs of everything around it. */
export function judgeChange(change: PlaybookChange, around: Surroundings): Judgement {
  const after = new Map(around.before);
  if (change.playbook === null) after.delete(change.name);
  else after.set(change.name, change.playbook);
  const own = change.playbook === null ? [] : ownErrors(change.name, change.playbook, { after, around });
  return {
    errors: [...own, ...leftBehind(change.name, after, around), ...unanswered(after, around)],
    warnings: [
      ...(change.playbook === null ? [] : claims(change.playbook, after)),
      ...takenByName(change.name, after, around),
      ...noLongerFound(after, around),
    ],
  };
}

/** Names that stand for something else where playbooks are addressed. */
const TAKEN: readonly string[] = ["validate"];

type Context = { after: Playbooks; around: Surroundings };

function ownErrors(name: string, playbook: Playbook, { after, around }: Context): FieldProblem[] {
  const errors: FieldProblem[] = [];
  const add = (path: string, message: string): void => void errors.push({ path, message });
  if (playbook.name !== name) add("name", `the name stays ${name}: for another name add another playbook`);
  if (TAKEN.includes(name)) add("name", `${name} is an address of the API: take another name`);
  const namesake = [...after.keys()].find((one) => one !== name && one.toLowerCase() === name.toLowerCase());
  if (namesake !== undefined) add("name", `${namesake} differs only in capitals: take another name`);
  playbook.alerts.ruleWords.forEach((word, place) => {
    if (word !== word.toLowerCase())
      add(`alerts.ruleWords.${place}`, `write "${word.toLowerCase()}": names of rules are compared in small letters`);
  });
  playbook.diagnostics.forEach((one, place) => {
    if (!around.diagnostics.includes(one))
      add(`diagnostics.${place}`, `there is no diagnostic "${one}"; there are: ${around.diagnostics.join(", ")}`);
  });
  playbook.drillDown.forEach(({ playbook: target }, place) => {
    const path = `drillDown.${place}.playbook`;
    if (target === name) add(path, "it leads back to itself: name another playbook or leave the line out");
    else if (!after.has(target))
      add(path, `there is no playbook "${target}"; there are: ${[...after.keys()].toSorted().join(", ")}`);
  });
  return errors;
}

/** Who would point to a playbook that is gone. */
function leftBehind(name: string, after: Playbooks, { schedules }: Surroundings): FieldProblem[] {
  if (after.has(name)) return [];
  const pointing = [...after.values()]
    .filter(({ drillDown }) => drillDown.some(({ playbook }) => playbook === name))
    .map((one) => ({ path: "name", message: `${one.name} leads to it (drillDown): change that first` }));
  const running = schedules
    .filter(({ playbook }) => playbook === name)
    .map(({ serverId, scheduleId }) => ({
      path: "name",
      message: `a schedule of ${serverId} runs it (${scheduleId}): remove that first`,
    }));
  return [...pointing, ...running];
}

type AlertType = { occasion: Occasion; what: string };

/** Every kind of alert that PgMedic's own playbooks are made for. */
function alertTypes(brought: Playbooks): AlertType[] {
  return [...brought.values()].flatMap(({ alerts }) => [
    ...alerts.metrics.map((metric) => ({
      occasion: { metric: metric.replace(/\*$/, ""), rule: "" },
      what: `of the metric ${metric}`,
    })),
    ...alerts.ruleWords.map((word) => ({
      occasion: { metric: null, rule: word },
      what: `whose rule's name has "${word}"`,
    })),
  ]);
}

/** Alerts that a playbook was made for, and that only the general one would answer. */
function unanswered(after: Playbooks, { before, brought }: Surroundings): FieldProblem[] {
  const answers = (playbooks: Playbooks, { occasion }: AlertType): boolean =>
    (choosePlaybook(playbooks, occasion)?.name ?? FALLBACK) !== FALLBACK;
  return alertTypes(brought)
    .filter((type) => answers(before, type) && !answers(after, type))
    .map(({ occasion: { metric }, what }) => ({
      path: metric === null ? "alerts.ruleWords" : "alerts.metrics",
      message: `no playbook would answer alerts ${what}: keep it here, or give it to another playbook first`,
    }));
}

/** What another playbook claims as well, and who of them answers. */
function claims({ name, alerts, causes, drillDown }: Playbook, after: Playbooks): FieldProblem[] {
  const others = [...after.values()].filter((one) => one.name !== name);
  const said = (path: string, occasion: Occasion, too: string[]): FieldProblem => ({
    path,
    message: `${too.join(" and ")} claims it too; ${choosePlaybook(after, occasion)?.name ?? FALLBACK} answers`,
  });
  const metrics = alerts.metrics.flatMap((metric, place) => {
    const too = others.filter((one) => one.alerts.metrics.some((theirs) => overlap(metric, theirs)));
    const occasion = { metric: metric.replace(/\*$/, ""), rule: "" };
    return too.length === 0 ? [] : [said(`alerts.metrics.${place}`, occasion, too.map(nameOf))];
  });
  const words = alerts.ruleWords.flatMap((word, place) => {
    const too = others.filter((one) => one.alerts.ruleWords.includes(word));
    return too.length === 0 ? [] : [said(`alerts.ruleWords.${place}`, { metric: null, rule: word }, too.map(nameOf))];
  });
  const never = drillDown.flatMap(({ when }, place) =>
    when === "unexplained" || causes.includes(when)
      ? []
      : [{ path: `drillDown.${place}.when`, message: `it never concludes ${when}, which is not among its causes` }],
  );
  return [...metrics, ...words, ...never];
}

/** Alerts that a playbook answers since the rule's name has its name in it, which goes over any word. */
function takenByName(name: string, after: Playbooks, { before }: Surroundings): FieldProblem[] {
  return [...before.values()].flatMap((one) =>
    one.alerts.ruleWords
      .map((word): Occasion => ({ metric: null, rule: word }))
      .filter(({ rule }) => one.name !== name && rule.includes(name.toLowerCase()))
      .filter((occasion) => choosePlaybook(after, occasion)?.name === name)
      .map(({ rule }) => ({
        path: "name",
        message: `alerts whose rule's name has "${rule}" come here and not to ${one.name}, since its name is in it`,
      })),
  );
}

const nameOf = ({ name }: Playbook): string => name;

/** Whether there is a metric that both mean. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  const [startA, startB] = [a.replace(/\*$/, ""), b.replace(/\*$/, "")];
  if (a === b) return true;
  return (a.endsWith("*") && startB.startsWith(startA)) || (b.endsWith("*") && startA.startsWith(startB));
}

/** Causes that no playbook would conclude any more. */
function noLongerFound(after: Playbooks, { before }: Surroundings): FieldProblem[] {
  const found = (playbooks: Playbooks) => new Set([...playbooks.values()].flatMap(({ causes }) => causes));
  const still = found(after);
  return [...found(before)]
    .filter((cause) => !still.has(cause))
    .map((cause) => ({ path: "causes", message: `no playbook would conclude ${cause} any more` }));
}

import { expect, test } from "vitest";
import { Playbook } from "../../../shared/contracts/playbook.ts";
import { followedDown } from "../../../shared/investigation/drill-down.ts";
import { anIdleSession, anObserved } from "../../support/observed.ts";

const aPlaybook = (name: string, causes: string[], leads: Record<string, string> = {}): Playbook =>
  Playbook.parse({
    name,
    title: name,
    description: "For a test of what leads where.",
    alerts: {},
    symptom: "any",
    diagnostics: ["activity"],
    causes,
    drillDown: Object.entries(leads).map(([when, playbook]) => ({ when, playbook })),
  });

/** Connections run out; one transaction idles, and another session waits for its lock. */
const idle = anIdleSession({ has_transaction_id: true, command: "UPDATE" });
const waiting = anIdleSession({
  ...idle,
  pid: 8,
  state: "active",
  wait_event_type: "Lock",
  wait_event: "transactionid",
  blocked_by: [7],
});
const activity = { ...anObserved().activity, connections: 90 };
const blocked = anObserved({ sessions: [idle, waiting], activity, load: "busy" });

function followed(seen: typeof blocked, books: readonly Playbook[], needsExplanation = false) {
  const [playbook] = books;
  if (playbook === undefined) throw new Error("there is a playbook to begin with");
  const playbooks = new Map(books.map((book) => [book.name, book]));
  const { decision, path } = followedDown(seen, { playbook, playbooks }, needsExplanation);
  return { causes: decision.proven.map(({ cause }) => cause), names: path.map(({ name }) => name) };
}

const connections = aPlaybook("connections", ["connection_exhaustion"], { connection_exhaustion: "blocking" });
const blocking = aPlaybook("blocking", ["lock_blocking"], { lock_blocking: "connections" });

test("a finding leads on, and the deeper cause takes the place of what it brings about", () => {
  expect(followed(blocked, [aPlaybook("alone", ["connection_exhaustion"])])).toEqual({
    causes: ["connection_exhaustion"],
    names: ["alone"],
  });
  expect(followed(blocked, [connections, blocking])).toEqual({
    causes: ["lock_blocking"],
    names: ["connections", "blocking"],
  });
});

test("where nothing explains the complaint it goes on as the playbook says, and where nothing is wrong it does not", () => {
  const books = [aPlaybook("storage", ["storage_growth"], { unexplained: "blocking" }), blocking];
  expect(followed(blocked, books, true)).toEqual({ causes: ["lock_blocking"], names: ["storage", "blocking"] });
  expect(followed(blocked, books, false)).toEqual({ causes: [], names: ["storage"] });
});

test("playbooks that lead to each other end, and so does one that leads to none that is there", () => {
  expect(followed(blocked, [blocking, connections]).names).toEqual(["blocking", "connections"]);
  expect(followed(blocked, [connections]).names).toEqual(["connections"]);
});

test("four are followed at the most", () => {
  const chain = ["one", "two", "three", "four", "five"].map((name, place, names) =>
    aPlaybook(`${name}Book`, ["storage_growth"], { unexplained: `${names[place + 1] ?? "one"}Book` }),
  );
  expect(followed(blocked, chain, true).names).toHaveLength(4);
});

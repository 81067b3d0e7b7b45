// The histories that are kept for every version, as test/replay/histories/<version>/<scenario>.json.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Action } from "../../../infra/local/host/durable/actions.ts";
import type { HistoryEvent } from "../../../infra/local/host/durable/events.ts";
import packageJson from "../../../package.json" with { type: "json" };
import type { Recorded } from "./replayer.ts";

const ROOT = new URL("../histories/", import.meta.url);
const OURS = new URL(`${packageJson.version}/`, ROOT);

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const Stored = z.strictObject({
  scenario: z.string(),
  output: z.unknown(),
  actions: z.array(z.custom<Action>(isObject)),
  actionsAfterEpisode: z.array(z.number()),
  history: z.array(z.custom<HistoryEvent>(isObject)),
});
export type StoredHistory = Recorded & { scenario: string };

const read = (file: URL): StoredHistory => Stored.parse(JSON.parse(readFileSync(file, "utf8")));

/** Every stored history with the name `<version>/<scenario>`. */
export const everyHistory = (): (StoredHistory & { name: string })[] =>
  readdirSync(ROOT).flatMap((version) =>
    readdirSync(new URL(`${version}/`, ROOT)).map((file) => ({
      name: `${version}/${file.replace(".json", "")}`,
      ...read(new URL(`${version}/${file}`, ROOT)),
    })),
  );

/** The history of this version. */
export const ourHistory = (scenario: string): StoredHistory => read(new URL(`${scenario}.json`, OURS));

/** Keeps a history of this version, one event a line; `npm run format` has the last word on the line breaks. */
export function store(scenario: string, { output, actions, actionsAfterEpisode, history }: Recorded): void {
  const lines = (items: readonly unknown[]): string => items.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
  const members = [
    `  "scenario": ${JSON.stringify(scenario)}`,
    `  "output": ${JSON.stringify(output)}`,
    `  "actionsAfterEpisode": ${JSON.stringify(actionsAfterEpisode)}`,
    `  "actions": [\n${lines(actions)}\n  ]`,
    `  "history": [\n${lines(history)}\n  ]`,
  ];
  mkdirSync(OURS, { recursive: true });
  writeFileSync(new URL(`${scenario}.json`, OURS), `{\n${members.join(",\n")}\n}\n`);
}

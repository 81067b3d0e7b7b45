import { describe, expect, test } from "vitest";
import { respondToAlert } from "../../orchestrators/respond-to-alert.ts";
import { mutated, MUTATIONS, UNCHANGED } from "./support/mutants.ts";
import { record } from "./support/recorder.ts";
import { differences, recordedFrom, type Replay, replayerOf } from "./support/replayer.ts";
import { SCRIPTS } from "./support/scripts.ts";
import { everyHistory, ourHistory, store } from "./support/stored.ts";

// `PGMEDIC_RECORD=1 npm run test:replay` records the histories of this version anew; those of released versions stay as they are.
const isRecording = process.env["PGMEDIC_RECORD"] === "1";

describe("the history of this version", () => {
  test.each(Object.entries(SCRIPTS))("of a run that is %s comes out as it was recorded", async (scenario, script) => {
    const history = await record(respondToAlert, script);
    const recorded = await recordedFrom(await replayerOf(respondToAlert), history);
    if (isRecording) store(scenario, recorded);
    expect(ourHistory(scenario)).toEqual({ scenario, ...recorded });
  });
});

describe("the orchestrator of today", () => {
  test.each(everyHistory())("does over the history $name what the recorded one did", async (history) => {
    expect(await differences(await replayerOf(respondToAlert), history)).toEqual([]);
  });
});

describe("a changed orchestrator", () => {
  const caughtBy = async (replay: Replay): Promise<string[]> => {
    const names: string[] = [];
    for (const history of everyHistory()) if ((await differences(replay, history)).length > 0) names.push(history.name);
    return names;
  };

  test.each(MUTATIONS)("with $what is found out", async (mutation) => {
    expect(await caughtBy(await replayerOf(await mutated(mutation)))).not.toEqual([]);
  });

  test("is found out for its change, not for being a copy", async () => {
    expect(await caughtBy(await replayerOf(await mutated(UNCHANGED)))).toEqual([]);
  });
});

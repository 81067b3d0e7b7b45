// Plays the story against a running local cloud and prints it.
import { signedIn } from "../api-client.ts";
import { accessTo } from "../cloud-access.ts";
import type { LocalCloud } from "../supervisor/local-cloud.ts";
import { wrapped } from "./in-words.ts";
import { personOf } from "./person.ts";
import type { Scene } from "./scene.ts";
import { playStory, tableOf } from "./story.ts";

type Performance = {
  cloud: Pick<LocalCloud, "settings" | "dashboard">;
  print: (line: string) => void;
  signal: AbortSignal;
  /** How long a person has to decide before the demo does. */
  personMs: number;
  /** When the time at the beginning of each line began, by `performance.now()`. */
  beganMs: number;
};

/** True when every beat really happened; what did not is printed. Afterwards the workload is calm again. */
export async function perform({ cloud, print, signal, personMs, beganMs }: Performance): Promise<boolean> {
  const access = accessTo(cloud.settings);
  const tell = (line: string) => {
    const at = `${((performance.now() - beganMs) / 1000).toFixed(1)} s`.padStart(8);
    const [first = "", ...rest] = wrapped(line);
    print(first === "" ? "" : `${at}  ${first}`);
    for (const more of rest) print(`${" ".repeat(at.length)}  ${more}`);
  };
  try {
    const person = personOf(await signedIn(access.front, { name: "Robin", role: "operator" }));
    const scene: Scene = { cloud: access, person, dashboard: cloud.dashboard, tell, signal, personMs };
    const ending = await playStory(scene);
    print("");
    if (!ending.told) {
      print(`The story ends here: ${ending.because}.`);
      return false;
    }
    for (const line of tableOf(ending.incidents)) print(line);
    return true;
  } catch (error) {
    if (signal.aborted) print("\nThe demo was broken off.");
    else print(`\nNOT SEEN · ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    // It may be what is gone.
    await access.workload("calm").catch(() => {});
  }
}

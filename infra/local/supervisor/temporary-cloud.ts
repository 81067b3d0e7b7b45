// A local cloud of one's own: on free ports, with nothing in it but the shop, and gone without a trace when it stops.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PORTS, readLocalSettings } from "../settings.ts";
import { forget } from "./forget.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

const FREE_PORTS = Object.fromEntries(Object.values(PORTS).map((setting) => [setting, "0"]));
// PostgreSQL runs as another user than root and has to pass through.
const OTHERS_MAY_ENTER = 0o711;

type Options = {
  /** Settings of the local cloud that differ from the standard; ports and folder are settled here. */
  environment?: Readonly<Record<string, string>>;
  log: (line: string) => void;
  /** Breaks the start off. */
  signal: AbortSignal;
};

/** Starts it; `stop` ends it and removes its folder, and so does a start that fails. */
export async function startTemporaryCloud({ environment = {}, log, signal }: Options): Promise<LocalCloud> {
  const folder = mkdtempSync(join(tmpdir(), "pgmedic-cloud-"));
  const state = join(folder, "state");
  const remove = async () => {
    await forget(state);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    chmodSync(folder, OTHERS_MAY_ENTER);
    const settled = readLocalSettings([], { ...FREE_PORTS, ...environment, PGMEDIC_STATE: state });
    if (!settled.ok) throw new Error(settled.problem);
    const cloud = await startLocalCloud(settled.settings, { log, signal });
    const stop = async () => {
      await cloud.stop();
      await remove();
    };
    return { ...cloud, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

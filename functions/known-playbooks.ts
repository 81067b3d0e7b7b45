import { playbooksOf } from "../shared/adapters/playbooks.ts";
import { services } from "./services.ts";

let known: ReturnType<typeof playbooksOf> | undefined;

/** The playbooks of this installation, read on first use. Apart from the services: whoever only takes alerts needs neither them nor YAML. */
export const knownPlaybooks = (): ReturnType<typeof playbooksOf> =>
  (known ??= playbooksOf(services().settings.PGMEDIC_PLAYBOOKS));

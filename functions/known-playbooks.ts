import { filedPlaybooks, playbooksOf, readPlaybook } from "../shared/adapters/playbooks.ts";
import type { Playbook } from "../shared/contracts/playbook.ts";
import { type Book, playbooksInForce, playbooksOfBooks } from "../shared/core/playbooks-in-force.ts";
import { services } from "./services.ts";

let filed: ReturnType<typeof filedPlaybooks> | undefined;
let brought: ReturnType<typeof playbooksOf> | undefined;

/** The playbooks of PgMedic and of the installation's folder, read on first use. Apart from the services: whoever only takes alerts needs neither them nor YAML. */
export const playbookFiles = (): ReturnType<typeof filedPlaybooks> =>
  (filed ??= filedPlaybooks(services().settings.PGMEDIC_PLAYBOOKS));

/** What PgMedic itself brings, read on first use too: a text is held against it at each pause of whoever types it. */
export const broughtPlaybooks = (): ReturnType<typeof playbooksOf> => (brought ??= playbooksOf(undefined));

/** Every playbook with where it comes from, as people left it a moment ago: what they save counts for the next alert. */
export async function playbookBooks(): Promise<ReadonlyMap<string, Book>> {
  const changes = await services().playbookEdits.list();
  return playbooksInForce(playbookFiles(), changes, (text) => readPlaybook("the text", text));
}

/** The playbooks in force, by name. */
export const knownPlaybooks = async (): Promise<ReadonlyMap<string, Playbook>> =>
  playbooksOfBooks(await playbookBooks());

import { PlaybookEdit } from "../contracts/playbook-edit.ts";
import type { Address, Documents } from "./documents.ts";

export type PlaybookEdits = ReturnType<typeof playbookEditsOf>;

/** Versions that are kept of a playbook besides the newest. */
export const KEPT_VERSIONS = 20;
const PREFIX = "playbook-";

const at = (name: string): Address => {
  const id = `${PREFIX}${name}`;
  return { container: "system", id, partition: id };
};
/** No `playbook-` before it: a search for the newest finds none of these. */
const versionAt = (name: string, version: number): Address => {
  const id = `playbookVersion-${name}-${version}`;
  return { container: "system", id, partition: id };
};

/** What people made of playbooks: the newest version is one document a playbook, each earlier one a document that is created once. */
export function playbookEditsOf(documents: Documents) {
  return {
    /** The newest version of every playbook that people changed, and the names of those that this version cannot read. */
    list: async (): Promise<{ edits: PlaybookEdit[]; unreadable: string[] }> => {
      const sql = `select * from c where startswith(c.id, "${PREFIX}") order by c.id asc`;
      const { found, unreadable } = await documents.search({ container: "system", sql, parameters: [] }, PlaybookEdit);
      return {
        edits: found.map(({ value }) => value),
        unreadable: unreadable.map((where) => where.slice(where.lastIndexOf("/") + 1 + PREFIX.length)),
      };
    },

    /** Earlier versions of one playbook, the newest first; what cannot be read is left out. */
    earlier: async (name: string): Promise<PlaybookEdit[]> => {
      const sql = "select * from c where startswith(c.id, @start)";
      const parameters = [{ name: "@start", value: `playbookVersion-${name}-` }];
      const { found } = await documents.search({ container: "system", sql, parameters }, PlaybookEdit);
      return found.map(({ value }) => value).toSorted((a, b) => b.version - a.version);
    },

    /**
     * Writes the version that follows the one that was edited; `changed` when somebody else wrote it. The one before is kept first, so that
     * whoever repeats this after a kill finds the same document. Rejects where this version cannot read what is stored.
     */
    write: async (next: PlaybookEdit): Promise<"written" | "changed"> => {
      const { name, version } = next;
      const stored = await documents.read(at(name), PlaybookEdit);
      if (stored === null) {
        if (version !== 1) return "changed";
        return (await documents.create(at(name), next)) === "created" ? "written" : "changed";
      }
      const { value: before, etag } = stored;
      if (before.version !== version - 1) return isSame(before, next) ? "written" : "changed";
      await documents.create(versionAt(name, before.version), before);
      if ((await documents.replace(at(name), { ...before, ...next }, etag)) === "stale") return "changed";
      if (before.version > KEPT_VERSIONS) await documents.remove(versionAt(name, before.version - KEPT_VERSIONS));
      return "written";
    },
  };
}

/** A request whose answer was lost is sent again: it wrote what it wanted. */
const isSame = (stored: PlaybookEdit, next: PlaybookEdit): boolean =>
  stored.version === next.version &&
  stored.text === next.text &&
  stored.by.kind === "person" &&
  next.by.kind === "person" &&
  stored.by.userId === next.by.userId;

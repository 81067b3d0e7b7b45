import { z } from "zod";
import { Playbook } from "./playbook.ts";
import { Actor, Digest, Instant } from "./primitives.ts";

/** The text of a playbook as people write it: YAML with their comments. PgMedic's own are below 3,000 characters. */
export const PlaybookText = z.string().min(1).max(20_000, "a playbook has at most 20,000 characters");

/** Something that is wrong or worth knowing, with the field that it is about. */
export const FieldProblem = z.strictObject({ path: z.string(), message: z.string() });
export type FieldProblem = z.infer<typeof FieldProblem>;

/** Counts the changes of one playbook; 0 is one that nobody changed here. */
const Version = z.number().int().nonnegative();

/** What people made of a playbook: its text, or null where they took it away, so that PgMedic's own or nothing is in force. */
export const PlaybookEdit = z.strictObject({
  name: z.string(),
  version: Version.min(1),
  text: z.string().nullable(),
  by: Actor,
  at: Instant,
});
export type PlaybookEdit = z.infer<typeof PlaybookEdit>;

/** Where a playbook's text comes from: PgMedic brings it, a user's folder has it, or people wrote it here. */
export const PlaybookOrigin = z.enum(["own", "folder", "edited"]);
export type PlaybookOrigin = z.infer<typeof PlaybookOrigin>;
/** What an edit stands in place of. */
const Replaces = z.enum(["own", "folder"]);

/** Which text of a playbook was followed. */
export const FollowedPlaybook = z.strictObject({
  name: z.string(),
  origin: PlaybookOrigin,
  /** The edit's; 0 for one that is not edited. */
  version: Version,
  digest: Digest,
});
export type FollowedPlaybook = z.infer<typeof FollowedPlaybook>;

/** A playbook in force. */
export const PlaybookView = Playbook.extend({
  origin: PlaybookOrigin,
  replaces: Replaces.nullable(),
  version: Version,
  by: Actor.nullable(),
  at: Instant.nullable(),
  /** Why what people wrote is not in force; null where it is, or nobody wrote anything. */
  problem: z.string().nullable(),
});
export type PlaybookView = z.infer<typeof PlaybookView>;

/** A name of which no playbook is in force: people took it away, or this version cannot use it. */
export const PastPlaybook = PlaybookView.pick({ name: true, version: true, by: true, at: true, problem: true });
export type PastPlaybook = z.infer<typeof PastPlaybook>;

/** Answer of `GET /api/playbooks`. */
export const PlaybookList = z.strictObject({
  playbooks: z.array(PlaybookView),
  past: z.array(PastPlaybook).default([]),
});

export const PlaybookVersion = PlaybookEdit.pick({ version: true, by: true, at: true }).extend({
  isRemoval: z.boolean(),
});
export type PlaybookVersion = z.infer<typeof PlaybookVersion>;

/** Answer of `GET /api/playbooks/{name}`, and of a change. */
export const PlaybookDetail = PastPlaybook.extend({
  /** Null where none is in force. */
  origin: PlaybookOrigin.nullable(),
  replaces: Replaces.nullable(),
  title: z.string().nullable(),
  /** What is in force. */
  text: z.string().nullable(),
  /** What people wrote, where this version cannot use it. */
  unusedText: z.string().nullable(),
  /** Earlier versions that are kept, the newest first. */
  versions: z.array(PlaybookVersion),
  /** What is worth knowing of what was just saved. */
  warnings: z.array(FieldProblem).default([]),
});
export type PlaybookDetail = z.infer<typeof PlaybookDetail>;

/** Body of `PUT /api/playbooks/{name}`: `version` is the one that was edited, 0 for a playbook that nobody changed here or that is new. */
export const PlaybookRequest = z.strictObject({ text: PlaybookText, version: Version });

/** Body of `POST /api/playbooks/validate`; with a name it is judged as that playbook's text. */
export const PlaybookCheckRequest = z.strictObject({ text: PlaybookText, name: z.string().max(40).optional() });

/** Answer of `POST /api/playbooks/validate` for a text that may be saved. */
export const PlaybookCheck = z.strictObject({ playbook: Playbook, warnings: z.array(FieldProblem) });

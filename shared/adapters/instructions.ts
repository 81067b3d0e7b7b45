import { Instruction, InstructionUses } from "../contracts/instruction.ts";
import type { Actor } from "../contracts/primitives.ts";
import { type Documents, UnreadableDocument } from "./documents.ts";
import { type Change, guardedChange } from "./guarded-change.ts";

export type Instructions = ReturnType<typeof instructionsOf>;

/** Standing instructions, in the partition of the server they are for (`*` for all). */
export function instructionsOf(documents: Documents) {
  const at = (instruction: Pick<Instruction, "instructionId" | "scope">) =>
    ({ container: "instructions", id: instruction.instructionId, partition: instruction.scope.serverId }) as const;

  const everyOne = async (): Promise<{ instructions: Instruction[]; unreadable: string[] }> => {
    const search = {
      container: "instructions",
      sql: "select * from c order by c.createdAt desc",
      parameters: [],
    } as const;
    const { found, unreadable } = await documents.search({ ...search, parameters: [] }, InstructionDocument);
    return { instructions: found.map(({ value: { serverId: _, ...instruction } }) => instruction), unreadable };
  };
  const forServer = async (serverId: string): Promise<Instruction[]> =>
    (await everyOne()).instructions.filter(({ scope }) => scope.serverId === "*" || scope.serverId === serverId);

  return {
    list: async (): Promise<Instruction[]> => (await everyOne()).instructions,
    /** Instructions that name this server or every server, revoked and expired ones included. */
    forServer,
    /** Those of them that may be acted on. One with a field that this version does not know may have a limit that it would not keep. */
    understood: async (serverId: string): Promise<Instruction[]> =>
      (await forServer(serverId)).filter((instruction) => Instruction.safeParse(instruction).success),
    /** Creates an instruction, once. */
    create: (instruction: Instruction) => documents.create(at(instruction), instruction),
    /** Revokes an instruction at once. `unknown` when there is none; revoking twice changes nothing. Rejects for one that it cannot read. */
    revoke: async (instructionId: string, by: Actor, now: string): Promise<"revoked" | "unknown"> => {
      const { instructions, unreadable } = await everyOne();
      const instruction = instructions.find((known) => known.instructionId === instructionId);
      const hidden = unreadable.filter((name) => name.endsWith(`/${instructionId}`));
      if (hidden.length > 0) throw new UnreadableDocument("instructions", hidden);
      if (instruction === undefined) return "unknown";
      if (instruction.revoked === null)
        await documents.put(at(instruction), { ...instruction, revoked: { at: now, by } });
      return "revoked";
    },
    /** Changes what an instruction allowed lately, under its ETag: two runs that ask at once are counted one after the other. */
    changeUses: <Answer>(
      instructionId: string,
      decide: (known: InstructionUses) => Change<InstructionUses, Answer>,
    ): Promise<Answer> => {
      // Not in the instructions' own container: whoever lists those takes each of its documents for one.
      const id = `uses-${instructionId}`;
      return guardedChange(documents, { container: "system", id, partition: id }, InstructionUses, (known) =>
        decide(known ?? { uses: [] }),
      );
    },
  };
}

// The partition key is stored beside the instruction's own fields.
const InstructionDocument = Instruction.extend({ serverId: Instruction.shape.scope.shape.serverId });

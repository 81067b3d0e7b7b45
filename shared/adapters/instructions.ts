import { Instruction, InstructionUses } from "../contracts/instruction.ts";
import type { Actor } from "../contracts/primitives.ts";
import type { Documents } from "./documents.ts";
import { type Change, guardedChange } from "./guarded-change.ts";

export type Instructions = ReturnType<typeof instructionsOf>;

/** Standing instructions, in the partition of the server they are for (`*` for all). */
export function instructionsOf(documents: Documents) {
  const at = (instruction: Pick<Instruction, "instructionId" | "scope">) =>
    ({ container: "instructions", id: instruction.instructionId, partition: instruction.scope.serverId }) as const;

  const list = async (): Promise<Instruction[]> => {
    const search = {
      container: "instructions",
      sql: "select * from c order by c.createdAt desc",
      parameters: [],
    } as const;
    const found = await documents.search({ ...search, parameters: [] }, InstructionDocument);
    return found.map(({ value: { serverId: _, ...instruction } }) => instruction);
  };

  return {
    list,
    /** Instructions that name this server or every server, revoked and expired ones included. */
    forServer: async (serverId: string): Promise<Instruction[]> =>
      (await list()).filter(({ scope }) => scope.serverId === "*" || scope.serverId === serverId),
    /** Creates an instruction, once. */
    create: (instruction: Instruction) => documents.create(at(instruction), instruction),
    /** Revokes an instruction at once. `unknown` when there is none; revoking twice changes nothing. */
    revoke: async (instructionId: string, by: Actor, now: string): Promise<"revoked" | "unknown"> => {
      const instruction = (await list()).find((known) => known.instructionId === instructionId);
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

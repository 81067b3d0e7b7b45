import type { z } from "zod";

/** One SQL statement with the schema of its rows. Parameters are `$1`…; the text is written by us, never composed from input. */
export type Statement<Row> = {
  name: string;
  text: string;
  row: z.ZodType<Row>;
};

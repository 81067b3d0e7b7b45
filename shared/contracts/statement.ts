import type { z } from "zod";

/** One SQL statement with the schema of its rows. Parameters are `$1`…; the text is written by us, never composed from input. */
export type Statement<Row> = {
  name: string;
  text: string;
  row: z.ZodType<Row>;
};

/** A statement that looks, with what it needs and costs. Every one runs on PostgreSQL 13 to 18; what came later is left out before. */
export type Diagnostic<Row> = Statement<Row> & {
  /** What it finds, in words. */
  finds: string;
  /** What its role must be: nobody in particular, a member of pg_monitor, or one who may read the tables. With less it shows less. */
  needs: "nothing" | "pg_monitor" | "select";
  /** `free` reads views of the system; `bounded` reads the tables themselves, and waits for a clear server. */
  risk: "free" | "bounded";
  /** The rows that it answers at most; null is one for each object that it is asked about. */
  mostRows: number | null;
};

import type { z } from "zod";

/** What does not fit a schema, one text a place; `whole` stands for the value itself. */
export const problemsIn = (error: z.ZodError, whole: string): string[] =>
  error.issues.map(({ path, message }) => `${path.join(".") || whole}: ${message}`);

/** Data and queries to be advised on. `scale` 1 is the full size. */
export type BenchSet = {
  name: string;
  /** Statements that create and fill the tables; the same seed gives the same data. */
  load: (scale: number) => string[];
  queries: readonly string[];
  /** Places of queries that no index serves: they are left out of the total time. */
  unservable: readonly number[];
  /** Disk budgets in bytes at full size. */
  budgets: readonly number[];
  /** Inserts rows into the table that is written most; taken back afterwards. */
  insert: (rows: number) => string;
  /** What is to be reached, by budget; in shares of the plan cost without indexes. */
  targets: readonly Target[];
};

export type Target = {
  costShare: number;
  adviceMs?: number;
  fasterQueries?: number;
  totalMs?: number;
};

export const MB = 2 ** 20;
export const GB = 2 ** 30;

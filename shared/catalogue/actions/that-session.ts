import type { SessionParameters } from "../../contracts/actions.ts";

/** The very session and transaction, or nobody: a process id may be another session's by now. */
export const thatSession = ({ pid, backendStart, xactStart }: SessionParameters): string =>
  `pid = ${pid} and date_trunc('milliseconds', backend_start) = '${backendStart}'::timestamptz and date_trunc('milliseconds', xact_start) is not distinct from ${xactStart === null ? "null" : `'${xactStart}'::timestamptz`}`;

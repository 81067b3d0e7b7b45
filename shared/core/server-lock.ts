import type { ServerLock } from "../contracts/server.ts";

/** The lock document of a server; the token only ever grows, so a run that lost the lock can be told from the one that has it. */
export type LockState = { holder: ServerLock | null; lastToken: number };

export type LockAnswer = { acquired: true; state: LockState; token: number } | { acquired: false; heldBy: string };

/** Takes the lock for a run when it is free, already its own, or its lease is over. */
export function acquire(state: LockState, want: Omit<ServerLock, "fencingToken">, now: Date): LockAnswer {
  const { holder } = state;
  if (holder !== null && holder.runId === want.runId) {
    // The lease may have been extended to a proposal's expiry: taking the lock again does not shorten it.
    const leaseUntil = holder.leaseUntil > want.leaseUntil ? holder.leaseUntil : want.leaseUntil;
    const renewed = { ...holder, ...want, leaseUntil, fencingToken: holder.fencingToken };
    return { acquired: true, state: { ...state, holder: renewed }, token: holder.fencingToken };
  }
  if (holder !== null && Date.parse(holder.leaseUntil) > now.getTime())
    return { acquired: false, heldBy: holder.runId };
  const token = state.lastToken + 1;
  return { acquired: true, state: { holder: { ...want, fencingToken: token }, lastToken: token }, token };
}

/** Frees the lock if this run and token hold it; otherwise nothing changes. */
export const release = (state: LockState, runId: string, token: number): LockState =>
  holds(state, runId, token) ? { ...state, holder: null } : state;

/** Moves the end of the lease if this run and token hold the lock. A lease is never shortened. */
export function extend(state: LockState, held: { runId: string; token: number }, until: string): LockState {
  if (state.holder === null || !holds(state, held.runId, held.token)) return state;
  const leaseUntil = state.holder.leaseUntil > until ? state.holder.leaseUntil : until;
  return { ...state, holder: { ...state.holder, leaseUntil } };
}

export const holds = (state: LockState, runId: string, token: number): boolean =>
  state.holder !== null && state.holder.runId === runId && state.holder.fencingToken === token;

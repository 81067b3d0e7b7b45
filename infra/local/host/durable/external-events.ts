import { Pending } from "./pending.ts";

export interface ExternalEvents {
  wait(name: string): Pending;
  raise(name: string): void;
}

/**
 * Waits for external events and the events that came too early. Names match whatever their case, and of several
 * waits for one name the newest is served first: both as on the real host.
 */
export function createExternalEvents(): ExternalEvents {
  const waits = new Map<string, Pending[]>();
  const early = new Map<string, number>();
  return {
    wait(name: string): Pending {
      const key = name.toLowerCase();
      const buffered = early.get(key) ?? 0;
      if (buffered > 0) {
        early.set(key, buffered - 1);
        return Pending.settled();
      }
      const wait = new Pending();
      waits.set(key, [...(waits.get(key) ?? []), wait]);
      return wait;
    },
    raise(name: string): void {
      const key = name.toLowerCase();
      const newest = waits.get(key)?.pop();
      if (newest === undefined) early.set(key, (early.get(key) ?? 0) + 1);
      else newest.settle(true);
    },
  };
}

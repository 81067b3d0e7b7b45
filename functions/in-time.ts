/** Rejects when work has not ended in time. It is not broken off: what the sweep does is safe to repeat, and clients have limits of their own. */
export async function inTime<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${Math.round(limitMs / 100) / 10} s`)), limitMs);
  });
  try {
    return await Promise.race([work(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** `limitMs` is for the whole pass; `atOnce` items are worked on beside each other, so that one that hangs does not hold up the rest. */
export type Pass = { limitMs: number; atOnce: number };

/**
 * Works through lists that may be too long, or too slow, for one pass: each pass begins after the item that the one before it began last,
 * by their keys, so that whatever hangs does not starve what stands behind it. `work` says itself what goes wrong.
 */
export function inRotation() {
  let last = "";
  return async <T>(
    items: readonly T[],
    keyOf: (item: T) => string,
    { limitMs, atOnce }: Pass,
    work: (item: T, leftMs: number) => Promise<void>,
  ): Promise<void> => {
    const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const isAhead = (item: T): boolean => keyOf(item) > last;
    const queue = [...sorted.filter(isAhead), ...sorted.filter((item) => !isAhead(item))];
    const deadline = performance.now() + limitMs;
    const worker = async (): Promise<void> => {
      for (let left = limitMs; left >= 1; left = deadline - performance.now()) {
        const item = queue.shift();
        if (item === undefined) return;
        last = keyOf(item);
        await work(item, left);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
}

/** Work that is not begun a second time while it goes on, though nobody waits for it any more: whoever asks for it joins it. */
export function oneAtATime() {
  let underWay: Promise<void> | null = null;
  return (work: () => Promise<void>): Promise<void> =>
    (underWay ??= work().finally(() => {
      underWay = null;
    }));
}

/** The keys that were noted last; the oldest are forgotten. */
export function rememberedUpTo(most: number) {
  const keys = new Set<string>();
  return {
    has: (key: string): boolean => keys.has(key),
    add: (key: string): void => {
      keys.add(key);
      const [oldest] = keys;
      if (oldest !== undefined && keys.size > most) keys.delete(oldest);
    },
  };
}

/** The moment that an ISO 8601 text names. */
export const instant = (text: string): Date => new Date(text);

/** A moment `ms` milliseconds after another. */
export const later = (moment: Date, ms: number): Date => new Date(moment.getTime() + ms);

/** Milliseconds from one ISO instant to another; negative when `to` comes first. */
export const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** The earlier of two moments. */
export const earlier = (a: Date, b: Date): Date => (a.getTime() <= b.getTime() ? a : b);

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

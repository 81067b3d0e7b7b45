import type { SignOfLife } from "../contracts/sign-of-life.ts";
import { HOUR_MS, later } from "./time.ts";

/** The hour of a moment, in UTC. */
export const hourOf = (moment: Date): string => moment.toISOString().slice(0, 13);

/** The hour before that of a moment. */
export const hourBefore = (moment: Date): string => hourOf(later(moment, -HOUR_MS));

/** What is posted in an hour. */
export const signOfLifeFor = (hour: string): SignOfLife => ({ schemaId: "pgmedicSignOfLife", hour });

/** The id of its receipt. */
export const signOfLifeReceiptId = (hour: string): string => `sign-of-life-${hour}`;

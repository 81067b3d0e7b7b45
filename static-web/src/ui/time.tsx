import type { JSX } from "preact";
import { now } from "../clock.ts";
import { formatAgo, formatInstant, formatUntil } from "../format.ts";

/** How long ago something was; the exact moment is its title. */
export const Ago = ({ at }: { at: string }): JSX.Element => (
  <time dateTime={at} title={formatInstant(at)}>
    {formatAgo(at, now.value)}
  </time>
);

/** How long something still holds. */
export const Until = ({ at }: { at: string }): JSX.Element => (
  <time dateTime={at} title={formatInstant(at)}>
    {formatUntil(at, now.value)}
  </time>
);

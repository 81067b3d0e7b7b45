import type { JSX } from "preact";
import { formatChange } from "../format.ts";

export type BeforeAfterOptions = {
  label: string;
  before: number | null;
  after: number | null;
  format: (value: number) => string;
};

const shareOf = (value: number, whole: number): string => `${whole === 0 ? 0 : Math.max(0.6, (value / whole) * 100)}%`;

/** Two bars on one scale, where less is better. The figures stand beside them, so the bars are decoration. */
export function BeforeAfter({ label, before, after, format }: BeforeAfterOptions): JSX.Element | null {
  if (before === null || after === null) return null;
  const whole = Math.max(before, after);
  const tone = after <= before ? "good" : "bad";
  return (
    <div class="before-after">
      <div class="before-after-head">
        <span class="before-after-label">{label}</span>
        <strong class={`change tone-${tone}`}>{formatChange(before, after)}</strong>
      </div>
      <div class="bar-row">
        <span class="bar-name">before</span>
        <span class="bar" aria-hidden="true">
          <span class="bar-fill before" style={{ width: shareOf(before, whole) }} />
        </span>
        <span class="bar-figure">{format(before)}</span>
      </div>
      <div class="bar-row">
        <span class="bar-name">after</span>
        <span class="bar" aria-hidden="true">
          <span class={`bar-fill tone-${tone}`} style={{ width: shareOf(after, whole) }} />
        </span>
        <span class="bar-figure">{format(after)}</span>
      </div>
    </div>
  );
}

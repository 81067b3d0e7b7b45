import type { ComponentChildren, JSX } from "preact";

export type Fact = { name: string; value: ComponentChildren };

/** Named facts, densely. */
export function Facts({ facts }: { facts: readonly Fact[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export type SectionOptions = {
  id: string;
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
};

/** A part of a page under a heading of its own. */
export function Section({ id, title, aside, children }: SectionOptions): JSX.Element {
  return (
    <section class="section" aria-labelledby={id}>
      <header class="section-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

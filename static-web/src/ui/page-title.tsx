import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

// On the very first page the browser already starts at the top.
let isFirstPage = true;

/** The page's only first-level heading; it takes the focus when the page changes, so that a screen reader starts there. */
export function PageTitle({ title }: { title: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · PgMedic`;
  }, [title]);
  useEffect(() => {
    if (isFirstPage) isFirstPage = false;
    else heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {title}
    </h1>
  );
}

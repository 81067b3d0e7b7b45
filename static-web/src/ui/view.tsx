import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../../../shared/contracts/api.ts";
import { adviceFor } from "../api.ts";
import type { Loaded } from "../resource.ts";
import { signIn } from "../session.ts";

export type ViewOptions<Value> = {
  of: Loaded<Value>;
  /** What is shown, as a person calls it: `servers`. */
  what: string;
  retry: () => Promise<void>;
  children: (value: Value) => ComponentChildren;
};

/** The three states before there is something to show; `empty` is the screen's own business. */
export function View<Value>({ of, what, retry, children }: ViewOptions<Value>): JSX.Element {
  if (of.status === "loading") return <Loading what={what} />;
  if (of.status === "failed") return <ProblemView problem={of.problem} what={what} retry={retry} />;
  return <>{children(of.value)}</>;
}

export function Loading({ what }: { what: string }): JSX.Element {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what} …</span>
      <div class="skeleton" aria-hidden="true" />
      <div class="skeleton short" aria-hidden="true" />
      <div class="skeleton" aria-hidden="true" />
    </div>
  );
}

type ProblemOptions = { problem: Problem; what: string; retry: () => Promise<void> };

export function ProblemView({ problem, what, retry }: ProblemOptions): JSX.Element {
  return (
    <div class="problem" role="alert">
      <p class="problem-what">The {what} cannot be shown</p>
      <h2>{problem.title}</h2>
      {problem.detail === undefined ? null : <p class="problem-detail">{problem.detail}</p>}
      <p>{adviceFor(problem)}</p>
      {problem.status === 401 ? (
        <button type="button" class="button primary" onClick={signIn}>
          Sign in
        </button>
      ) : (
        <button type="button" class="button" onClick={() => void retry()}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Why a list is empty, and what would fill it. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

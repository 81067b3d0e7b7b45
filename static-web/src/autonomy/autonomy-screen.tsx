import type { JSX } from "preact";
import type { AutonomyView, Phase } from "../../../shared/contracts/autonomy.ts";
import { PHASES } from "../labels.ts";
import { autonomy, servers } from "../lists.ts";
import { useLive } from "../resource.ts";
import { Chip } from "../ui/chip.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Ago } from "../ui/time.tsx";
import { Empty, View } from "../ui/view.tsx";
import { Gate } from "./gate.tsx";
import { Levels } from "./levels.tsx";

const ORDER: readonly Phase[] = ["shadow", "assist", "autonomous", "predictive"];

function Phases({ effective }: Pick<AutonomyView, "effective">): JSX.Element {
  return (
    <ol class="phases" aria-label="Phases">
      {ORDER.map((phase) => (
        <li
          key={phase}
          class={phase === effective ? "current" : ""}
          aria-current={phase === effective ? "step" : undefined}
        >
          <h3>{PHASES[phase].text}</h3>
          <p>{PHASES[phase].means}</p>
        </li>
      ))}
    </ol>
  );
}

function History({ history }: Pick<NonNullable<AutonomyView["graduation"]>, "history">): JSX.Element | null {
  if (history.length === 0) return null;
  return (
    <ul class="phase-history" aria-label="Changes of the phase">
      {history.map(({ at, from, to, because }) => (
        <li key={at}>
          <Chip
            text={`${PHASES[from].text} → ${PHASES[to].text}`}
            tone={ORDER.indexOf(to) > ORDER.indexOf(from) ? "auto" : "bad"}
          />
          <span>{because}</span> <Ago at={at} />
        </li>
      ))}
    </ul>
  );
}

function Earned({ view: { phase, effective, graduation } }: { view: AutonomyView }): JSX.Element {
  return (
    <section class="group" aria-labelledby="phase-title">
      <h2 class="group-title" id="phase-title">
        Phase
      </h2>
      <Phases effective={effective} />
      {phase === "shadow" ? <p class="page-note">An admin allows no more than Shadow.</p> : null}
      <h2 class="group-title">The gate to Autonomous, and on to Predictive</h2>
      {graduation === null ? (
        <p class="page-note">The record is evaluated every ten minutes; the first time is still to come.</p>
      ) : (
        <>
          <Gate graduation={graduation} />
          <History history={graduation.history} />
        </>
      )}
    </section>
  );
}

/** How far PgMedic may go: what its record has earned, and what an admin allows on each server. */
export function AutonomyScreen(): JSX.Element {
  const shown = useLive(autonomy, () => true);
  const list = useLive(servers, ({ kind }) => kind === "server");
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Autonomy" />
        <p class="page-note">The lesser of what was earned and what is allowed counts</p>
      </header>
      <View of={shown} what="autonomy" retry={autonomy.reload}>
        {(view) => <Earned view={view} />}
      </View>
      <section class="group" aria-labelledby="levels-title">
        <h2 class="group-title" id="levels-title">
          Levels
        </h2>
        <View of={list} what="levels" retry={servers.reload}>
          {({ servers: known }) =>
            known.length === 0 ? (
              <Empty title="No server, no level">
                Register a server; then it is said here how far PgMedic may go on it.
              </Empty>
            ) : (
              <ul class="cards">
                {known.map((server) => (
                  <li key={server.serverId}>
                    <Levels server={server} />
                  </li>
                ))}
              </ul>
            )
          }
        </View>
      </section>
    </div>
  );
}

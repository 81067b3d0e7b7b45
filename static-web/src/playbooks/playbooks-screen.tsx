import type { JSX } from "preact";
import type { PastPlaybook, PlaybookView } from "../../../shared/contracts/playbook-edit.ts";
import { can } from "../can.ts";
import { formatActor } from "../format.ts";
import { playbooks } from "../lists.ts";
import { go } from "../navigation.ts";
import { useLive } from "../resource.ts";
import { NEW_PLAYBOOK_PATH, playbookPath } from "../routes.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Chip } from "../ui/chip.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Ago } from "../ui/time.tsx";
import { View } from "../ui/view.tsx";
import { answersOf, originOf } from "./playbook-words.ts";

function PlaybookCard({ playbook }: { playbook: PlaybookView }): JSX.Element {
  const { name, title, description, by, at, origin } = playbook;
  return (
    <article class="card" aria-labelledby={`playbook-${name}`}>
      <header class="card-head">
        <h2 id={`playbook-${name}`}>
          <a href={playbookPath(name)}>{title}</a>
        </h2>
        <Chip {...originOf(playbook)} />
      </header>
      <p class="summary">{description}</p>
      <footer class="card-foot">
        <p class="quiet playbook-answers">
          <code>{name}</code>. {answersOf(playbook)}.
        </p>
        {by === null || at === null ? null : (
          <p class="quiet">
            {origin === "edited" ? "Changed" : "Taken back"} by {formatActor(by)} <Ago at={at} />
          </p>
        )}
      </footer>
    </article>
  );
}

function Past({ past }: { past: readonly PastPlaybook[] }): JSX.Element | null {
  if (past.length === 0) return null;
  return (
    <section class="group" aria-label="Not in force">
      <h2 class="group-title">Not in force</h2>
      <ul>
        {past.map(({ name, by, at, problem }) => (
          <li key={name}>
            <a href={playbookPath(name)}>{name}</a>{" "}
            <span class="quiet">
              {problem ?? "taken away"}
              {by === null || at === null ? null : (
                <>
                  {" "}
                  by {formatActor(by)} <Ago at={at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function PlaybooksScreen(): JSX.Element {
  const loaded = useLive(playbooks, () => false);
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Playbooks" />
        <p class="page-note">Which alerts PgMedic answers with what it looks for</p>
        <ActionButton
          text="Add a playbook"
          capability={can.editPlaybook(principal.value)}
          act={() => go(NEW_PLAYBOOK_PATH)}
        />
      </header>
      <View of={loaded} what="playbooks" retry={playbooks.reload}>
        {({ playbooks: list, past }) => (
          <>
            <ul class="cards">
              {list.map((playbook) => (
                <li key={playbook.name}>
                  <PlaybookCard playbook={playbook} />
                </li>
              ))}
            </ul>
            <Past past={past} />
          </>
        )}
      </View>
    </div>
  );
}

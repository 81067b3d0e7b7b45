import type { JSX } from "preact";
import type { DeadLetterView } from "../../../shared/contracts/dead-letter.ts";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { formatActor } from "../format.ts";
import { deadLetters } from "../lists.ts";
import { notify } from "../notices.ts";
import { useLive } from "../resource.ts";
import { incidentPath } from "../routes.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Chip } from "../ui/chip.tsx";
import { Code } from "../ui/code.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Ago } from "../ui/time.tsx";
import { Empty, View } from "../ui/view.tsx";

const QUEUES: Record<DeadLetterView["queue"], string> = {
  runs: "To the runner: start, wake or look",
  approvals: "A person's decision",
  "run-events": "What a run told of itself",
};

function LetterCard({ letter }: { letter: DeadLetterView }): JSX.Element {
  const { letterId, queue, reason, at, text, incidentId, sentAgain, stays } = letter;
  const send = async () => {
    const answer = await api.sendAgain(letterId);
    if (answer.ok) notify("good", "The message is on its way again.");
    else notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    await deadLetters.reload();
  };
  return (
    <article class={`card ${sentAgain === null ? "" : "is-past"}`} aria-labelledby={letterId}>
      <header class="card-head">
        <h2 id={letterId}>{QUEUES[queue]}</h2>
        <div class="chips">
          {sentAgain === null ? (
            <Chip text="Not delivered" tone="waiting" />
          ) : (
            <Chip text="Sent again" tone="neutral" />
          )}
          <span class="quiet">
            <Ago at={at} />
          </span>
        </div>
      </header>
      <p class="summary">{reason}</p>
      <details class="more">
        <summary>What it says</summary>
        <Code text={text} label="JSON" language="json" />
      </details>
      <footer class="card-foot">
        <p class="quiet">
          {incidentId === null ? "It names no incident." : <a href={incidentPath(incidentId)}>{incidentId}</a>}
          {sentAgain === null ? null : (
            <>
              {" "}
              Sent again by {formatActor(sentAgain.by)} <Ago at={sentAgain.at} />
            </>
          )}
        </p>
        <ActionButton
          text="Send again"
          capability={can.sendAgain(letter, principal.value)}
          explains={stays !== null}
          act={send}
        />
      </footer>
    </article>
  );
}

/** Messages that no handler could take: what was lost with each, and a way to send it once more. */
export function DeadLettersScreen(): JSX.Element {
  const loaded = useLive(deadLetters, () => true);
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Undelivered messages" />
        <p class="page-note">What PgMedic's parts could not tell each other</p>
      </header>
      <View of={loaded} what="messages" retry={deadLetters.reload}>
        {({ letters }) =>
          letters.length === 0 ? (
            <Empty title="Every message was delivered">
              A message that no part of PgMedic can take is kept here, with the reason. Nothing has to be done.
            </Empty>
          ) : (
            <ul class="cards">
              {letters.map((letter) => (
                <li key={letter.letterId}>
                  <LetterCard letter={letter} />
                </li>
              ))}
            </ul>
          )
        }
      </View>
    </div>
  );
}

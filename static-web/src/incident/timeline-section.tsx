import type { JSX } from "preact";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";
import { formatActor, formatInstant, formatTime } from "../format.ts";
import { TIMELINE_TONES } from "../labels.ts";
import { Section } from "../ui/facts.tsx";

function PostMortem({ incident }: { incident: IncidentDetail }): JSX.Element | null {
  const { incidentId, state, resolution } = incident;
  if (!isClosed(state) || resolution === null) return null;
  return (
    <a href={`/api/incidents/${incidentId}/postmortem`} download={`${incidentId}.md`}>
      Post-mortem
    </a>
  );
}

/** What happened when, and by whom. */
export function TimelineSection({ incident }: { incident: IncidentDetail }): JSX.Element {
  return (
    <Section id="timeline" title="Timeline" aside={<PostMortem incident={incident} />}>
      <ol class="events">
        {incident.timeline.map(({ at, kind, text, by }, index) => (
          <li key={`${at}-${index}`} class={`event tone-${TIMELINE_TONES[kind]}`}>
            <span class="dot" aria-hidden="true" />
            <time dateTime={at} title={formatInstant(at)}>
              {formatTime(at)}
            </time>
            <span class="event-text">{text}</span>
            <span class="event-by">{formatActor(by)}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { IncidentSummary } from "../../../shared/contracts/api.ts";
import type { IncidentFilter } from "../api.ts";
import { incidentLimit, incidents, INCIDENTS_STEP } from "../lists.ts";
import { useLive } from "../resource.ts";
import { PageTitle } from "../ui/page-title.tsx";
import { Empty, View } from "../ui/view.tsx";
import { IncidentRow } from "./incident-row.tsx";

// Kept while one looks at an incident and comes back.
const filter = signal<IncidentFilter>("all");
const words = signal("");

const FILTERS: readonly { id: IncidentFilter; text: string }[] = [
  { id: "all", text: "All" },
  { id: "open", text: "Open" },
  { id: "closed", text: "Closed" },
];

function FilterBar(): JSX.Element {
  return (
    <div class="toolbar">
      <fieldset class="segments">
        <legend class="visually-hidden">Which incidents</legend>
        {FILTERS.map(({ id, text }) => (
          <label key={id}>
            <input
              type="radio"
              name="incident-filter"
              checked={filter.value === id}
              onChange={() => (filter.value = id)}
            />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      <input
        type="search"
        class="search"
        aria-label="Find in these incidents"
        placeholder="Find by title, server or statement"
        value={words.value}
        onInput={(event) => (words.value = event.currentTarget.value)}
      />
    </div>
  );
}

/** The incidents in which every word occurs. */
function found(list: readonly IncidentSummary[], wanted: string): readonly IncidentSummary[] {
  const parts = wanted
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== "");
  return list.filter(({ incidentId, title, serverId, statement, cause }) => {
    const text = [incidentId, title, serverId, statement, cause].join(" ").toLowerCase();
    return parts.every((part) => text.includes(part));
  });
}

const NOTHING: Record<IncidentFilter, { title: string; text: string }> = {
  all: { title: "No incident yet", text: "When an alert comes in, PgMedic investigates it and shows it here." },
  open: { title: "No open incident", text: "All is quiet. A new alert appears here within two seconds." },
  closed: {
    title: "No closed incident yet",
    text: "Incidents move here once they are resolved, skipped or handed off.",
  },
};

function showMore(): void {
  incidentLimit.value += INCIDENTS_STEP;
  void incidents[filter.value].reload();
}

type ListOptions = { list: readonly IncidentSummary[]; hasMore: boolean };

function IncidentListView({ list, hasMore }: ListOptions): JSX.Element {
  const { title, text } = NOTHING[filter.value];
  if (list.length === 0) return <Empty title={title}>{text}</Empty>;
  const shown = found(list, words.value);
  if (shown.length === 0) return <Empty title="Nothing matches">No incident here holds “{words.value}”.</Empty>;
  return (
    <>
      <ul class="rows" aria-label="Incidents">
        {shown.map((incident) => (
          <IncidentRow key={incident.incidentId} incident={incident} />
        ))}
      </ul>
      {hasMore ? (
        <button type="button" class="button" onClick={showMore}>
          Show more
        </button>
      ) : null}
    </>
  );
}

export function IncidentsScreen(): JSX.Element {
  const shown = incidents[filter.value];
  const loaded = useLive(shown, ({ kind }) => kind === "incident");
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Incidents" />
        <FilterBar />
      </header>
      <View of={loaded} what="incidents" retry={shown.reload}>
        {({ incidents: list, continuation }) => <IncidentListView list={list} hasMore={continuation !== null} />}
      </View>
    </div>
  );
}

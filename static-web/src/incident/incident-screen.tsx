import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { api } from "../api.ts";
import { ChatPanel } from "../chat/chat-panel.tsx";
import { resource, useLive } from "../resource.ts";
import { PageTitle } from "../ui/page-title.tsx";
import { View } from "../ui/view.tsx";
import { TraceSection } from "./trace-section.tsx";
import { DecisionCard } from "./decision-card.tsx";
import { DiagnosisSection } from "./diagnosis-section.tsx";
import { EvidenceSection } from "./evidence-section.tsx";
import { FurtherSection } from "./further-section.tsx";
import { IncidentHead } from "./incident-head.tsx";
import { OutcomeSection } from "./outcome-section.tsx";
import { PlansSection } from "./plans-section.tsx";
import { ProposalSection } from "./proposal-section.tsx";
import { SeenBeforeSection } from "./seen-before-section.tsx";
import { Steps } from "./steps.tsx";
import { TimelineSection } from "./timeline-section.tsx";

type BodyOptions = { incident: IncidentDetail; show: (incident: IncidentDetail) => void; reload: () => Promise<void> };

function Body({ incident, show, reload }: BodyOptions): JSX.Element {
  const isChatting = useSignal(false);
  const { proposal, diagnosis } = incident;
  return (
    <>
      <div class="incident">
        <header class="incident-head">
          <PageTitle title={incident.title} />
          <IncidentHead incident={incident} />
          <Steps incident={incident} />
        </header>
        <aside class="incident-side" aria-label="Decision">
          <DecisionCard incident={incident} show={show} reload={reload} onChat={() => (isChatting.value = true)} />
        </aside>
        <div class="incident-main">
          <OutcomeSection incident={incident} />
          {diagnosis === null ? null : <DiagnosisSection diagnosis={diagnosis} />}
          {proposal === null ? null : <ProposalSection proposal={proposal} />}
          {proposal === null ? null : <PlansSection proposal={proposal} />}
          {diagnosis === null ? null : <SeenBeforeSection diagnosis={diagnosis} />}
          {diagnosis === null ? null : <EvidenceSection diagnosis={diagnosis} />}
          {diagnosis === null ? null : <FurtherSection incident={incident} />}
          <TimelineSection incident={incident} />
          <TraceSection incident={incident} />
        </div>
      </div>
      {isChatting.value && proposal !== null ? (
        <ChatPanel
          incidentId={incident.incidentId}
          proposalId={proposal.proposalId}
          onClose={() => {
            isChatting.value = false;
            void reload();
          }}
        />
      ) : null}
    </>
  );
}

export function IncidentScreen({ incidentId }: { incidentId: string }): JSX.Element {
  const shown = useMemo(() => resource(() => api.incident(incidentId)), [incidentId]);
  const loaded = useLive(shown, ({ kind, id }) => kind === "incident" && id === incidentId);
  return (
    <div class="page wide">
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/incidents">Incidents</a>
        <span aria-hidden="true">/</span>
        <span aria-current="page">{incidentId}</span>
      </nav>
      {loaded.status === "done" ? null : <PageTitle title="Incident" />}
      <View of={loaded} what="incident" retry={shown.reload}>
        {(incident) => <Body incident={incident} show={shown.show} reload={shown.reload} />}
      </View>
    </div>
  );
}

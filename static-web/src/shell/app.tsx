import type { JSX } from "preact";
import { route } from "../navigation.ts";
import { AutonomyScreen } from "../autonomy/autonomy-screen.tsx";
import { DeadLettersScreen } from "../dead-letters/dead-letters-screen.tsx";
import { InstructionsScreen } from "../instructions/instructions-screen.tsx";
import { IncidentScreen } from "../incident/incident-screen.tsx";
import { IncidentsScreen } from "../incidents/incidents-screen.tsx";
import { NewPlaybookScreen } from "../playbooks/new-playbook-screen.tsx";
import { PlaybookScreen } from "../playbooks/playbook-screen.tsx";
import { PlaybooksScreen } from "../playbooks/playbooks-screen.tsx";
import { ServersScreen } from "../servers/servers-screen.tsx";
import { TimelineScreen } from "../timeline/timeline-screen.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Empty } from "../ui/view.tsx";
import { NoticesView } from "../ui/notices-view.tsx";
import { ConnectionBanner, DeadLetterBanner, KillSwitchBanner } from "./banners.tsx";
import { Sidebar } from "./sidebar.tsx";

/** The map of the dashboard. */
function Screen(): JSX.Element {
  const here = route.value;
  switch (here.screen) {
    case "servers":
      return <ServersScreen />;
    case "incidents":
      return <IncidentsScreen />;
    case "incident":
      return <IncidentScreen key={here.incidentId} incidentId={here.incidentId} />;
    case "timeline":
      return <TimelineScreen />;
    case "playbooks":
      return <PlaybooksScreen />;
    case "playbook":
      return <PlaybookScreen key={here.name} name={here.name} />;
    case "newPlaybook":
      return <NewPlaybookScreen />;
    case "instructions":
      return <InstructionsScreen />;
    case "autonomy":
      return <AutonomyScreen />;
    case "deadLetters":
      return <DeadLettersScreen />;
    case "unknown":
      return (
        <div class="page">
          <PageTitle title="Page not found" />
          <Empty title="There is no page here">
            <code>{here.path}</code> leads nowhere. <a href="/">Go to the servers</a>.
          </Empty>
        </div>
      );
  }
}

export function App(): JSX.Element {
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <div class="shell">
        <Sidebar />
        <main id="main" tabIndex={-1}>
          <ConnectionBanner />
          <KillSwitchBanner />
          <DeadLetterBanner />
          <Screen />
        </main>
      </div>
      <NoticesView />
    </>
  );
}

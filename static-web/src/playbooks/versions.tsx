import type { JSX } from "preact";
import type { PlaybookDetail, PlaybookVersion } from "../../../shared/contracts/playbook-edit.ts";
import { adviceFor } from "../api.ts";
import { can } from "../can.ts";
import { formatActor } from "../format.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Section } from "../ui/facts.tsx";
import { Ago } from "../ui/time.tsx";
import { playbookApi } from "./playbook-api.ts";

type Restore = (text: string) => void;

function Version({
  name,
  version,
  restore,
}: {
  name: string;
  version: PlaybookVersion;
  restore: Restore;
}): JSX.Element {
  const capability = can.editPlaybook(principal.value);
  const put = async () => {
    const answer = await playbookApi.version(name, version.version);
    if (!answer.ok) return notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    if (answer.value.text !== null) restore(answer.value.text);
  };
  return (
    <li>
      <p>
        <strong>Version {version.version}</strong> {version.isRemoval ? "taken back" : "written"} by{" "}
        {formatActor(version.by)} <Ago at={version.at} />
      </p>
      {version.isRemoval || !capability.allowed ? null : (
        <ActionButton text={`Restore version ${version.version}`} capability={capability} act={put} />
      )}
    </li>
  );
}

/** What stood there before, the newest first; restoring puts it into the editor, where it is checked and saved like any text. */
export function Versions({ detail, restore }: { detail: PlaybookDetail; restore: Restore }): JSX.Element | null {
  if (detail.versions.length === 0) return null;
  return (
    <Section id="versions" title="Earlier versions">
      <ul class="playbook-versions">
        {detail.versions.map((version) => (
          <Version key={version.version} name={detail.name} version={version} restore={restore} />
        ))}
      </ul>
    </Section>
  );
}

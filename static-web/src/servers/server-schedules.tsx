import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ScheduleView } from "../../../shared/contracts/schedule.ts";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { playbooks, schedules } from "../lists.ts";
import { notify } from "../notices.ts";
import { useLive } from "../resource.ts";
import { incidentPath } from "../routes.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Ago, Until } from "../ui/time.tsx";
import { CADENCES, cadenceInWords, cadenceOf, type CadenceChoice } from "./cadence.ts";

function LastRun({ run }: { run: ScheduleView["runs"][number] | undefined }): JSX.Element {
  if (run === undefined) return <>Not run yet</>;
  const said = run.verdict ?? run.said;
  return (
    <>
      Last: {run.incidentId === null ? said : <a href={incidentPath(run.incidentId)}>{said}</a>} <Ago at={run.at} />
    </>
  );
}

function One({ schedule }: { schedule: ScheduleView }): JSX.Element {
  const { scheduleId, playbook, cadence, enabled, nextAt, runs } = schedule;
  // Who may not remove it reads why at "Add", once.
  const capability = can.setSchedules(principal.value);
  const remove = async () => {
    const answer = await api.removeSchedule(scheduleId);
    if (!answer.ok) return notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    await schedules.reload();
  };
  return (
    <li class="schedule">
      <p>
        <strong>{playbook}</strong> {cadenceInWords(cadence)}
        {enabled ? (
          <>
            , next <Until at={nextAt} />
          </>
        ) : (
          ", off"
        )}
      </p>
      <p class="quiet">
        <LastRun run={runs[0]} />
      </p>
      {capability.allowed ? <ActionButton text={`Remove ${playbook}`} capability={capability} act={remove} /> : null}
    </li>
  );
}

function Add({ serverId }: { serverId: string }): JSX.Element {
  const known = useLive(playbooks, () => false);
  const playbook = useSignal("dailySummary");
  const cadence = useSignal<CadenceChoice>("daily");
  const add = async () => {
    const scheduleId = `${serverId.slice(0, 20)}-${Date.now().toString(36)}`;
    const wish = { serverId, playbook: playbook.value, cadence: cadenceOf(cadence.value), enabled: true };
    const answer = await api.setSchedule(scheduleId, wish);
    if (!answer.ok)
      return notify("bad", `${answer.problem.title}. ${answer.problem.detail ?? adviceFor(answer.problem)}`);
    await schedules.reload();
    notify("good", `${wish.playbook} is scheduled.`);
  };
  if (known.status !== "done") return <></>;
  return (
    <div class="add-schedule">
      <select
        aria-label="Playbook"
        value={playbook.value}
        onChange={(event) => (playbook.value = event.currentTarget.value)}
      >
        {known.value.playbooks.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <select
        aria-label="When"
        value={cadence.value}
        onChange={(event) => (cadence.value = event.currentTarget.value as CadenceChoice)}
      >
        {Object.entries(CADENCES).map(([name, { text }]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
      <ActionButton text="Add" capability={can.setSchedules(principal.value)} act={add} />
    </div>
  );
}

/** What is run on a server by the clock; operators add and remove it. */
export function ServerSchedules({ serverId }: { serverId: string }): JSX.Element {
  const loaded = useLive(schedules, ({ kind }) => kind === "incident");
  const mine = loaded.status === "done" ? loaded.value.schedules.filter((one) => one.serverId === serverId) : [];
  return (
    <details class="more">
      <summary>Schedules{loaded.status === "done" ? `, ${mine.length}` : ""}</summary>
      {mine.length === 0 ? null : (
        <ul class="schedules">
          {mine.map((schedule) => (
            <One key={schedule.scheduleId} schedule={schedule} />
          ))}
        </ul>
      )}
      <Add serverId={serverId} />
    </details>
  );
}

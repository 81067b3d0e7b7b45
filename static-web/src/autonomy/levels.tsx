import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ServerView } from "../../../shared/contracts/api.ts";
import { Area, AutomationLevel, levelIn, type AutomationLevels } from "../../../shared/contracts/automation.ts";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { AREAS, LEVELS } from "../labels.ts";
import { servers } from "../lists.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Ago } from "../ui/time.tsx";

type ChoiceOptions = {
  area: Area;
  server: string;
  level: AutomationLevel;
  isOff: boolean;
  choose: (level: AutomationLevel) => void;
};

function Choice({ area, server, level, isOff, choose }: ChoiceOptions): JSX.Element {
  return (
    <label class="level">
      <span>{AREAS[area]}</span>
      <select
        aria-label={`${AREAS[area]} on ${server}`}
        value={level}
        disabled={isOff}
        onChange={(event) => choose(AutomationLevel.parse(Number(event.currentTarget.value)))}
      >
        {[...AutomationLevel.values].map((one) => (
          <option key={one} value={one}>
            {one} · {LEVELS[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How far PgMedic may go on one server, area by area; an admin changes it. */
export function Levels({ server }: { server: ServerView }): JSX.Element {
  const changed = useSignal<AutomationLevels>({});
  const { serverId, displayName, automation } = server;
  const capability = can.steer(principal.value, Object.keys(changed.value).length > 0);
  const levelOf = (area: Area) => changed.value[area] ?? levelIn(automation, area);
  const save = async () => {
    const sent = changed.value;
    const answer = await api.setAutomation(serverId, sent);
    if (!answer.ok) return notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    // What was chosen while it was saved is still to be saved.
    const isSaved = ([area, level]: [string, unknown]): boolean => sent[Area.parse(area)] === level;
    changed.value = Object.fromEntries(Object.entries(changed.value).filter((choice) => !isSaved(choice)));
    await servers.reload();
    notify("good", `The levels of ${displayName} are saved.`);
  };
  return (
    <article class="card" aria-labelledby={`levels-${serverId}`}>
      <header class="card-head stacked">
        <div>
          <h3 id={`levels-${serverId}`}>{displayName}</h3>
          <p class="quiet">
            {automation === undefined ? "Nobody has set them" : `Set by ${automation.by} `}
            {automation === undefined ? null : <Ago at={automation.at} />}
          </p>
        </div>
      </header>
      <div class="levels">
        {Area.options.map((area) => (
          <Choice
            key={area}
            area={area}
            server={displayName}
            level={levelOf(area)}
            isOff={!principal.value.roles.includes("admin")}
            choose={(level) => (changed.value = { ...changed.value, [area]: level })}
          />
        ))}
      </div>
      <footer class="card-foot">
        <ActionButton text="Save" capability={capability} act={save} />
      </footer>
    </article>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { autonomy } from "../lists.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";

const TEXTS = {
  on: {
    title: "Turn the kill switch off",
    says: "PgMedic executes again what was approved or is allowed by an instruction.",
    button: "Turn off",
  },
  off: {
    title: "Stop every execution",
    says: "PgMedic goes on looking and proposing, but executes nothing until the switch is turned off again. A statement that already runs on a server is not interrupted.",
    button: "Stop everything",
  },
};

/** For admins: stops and resumes every execution, after a second look. */
export function KillSwitch(): JSX.Element | null {
  const isAsking = useSignal(false);
  const capability = can.useKillSwitch(principal.value);
  const loaded = autonomy.state.value;
  if (!capability.allowed || loaded.status !== "done") return null;
  const isOn = loaded.value.killSwitch.on;
  const texts = TEXTS[isOn ? "on" : "off"];
  const turn = async () => {
    const answer = await api.setAutonomy({ killSwitch: !isOn });
    isAsking.value = false;
    if (answer.ok) {
      autonomy.show(answer.value);
      notify("good", answer.value.killSwitch.on ? "The kill switch is on." : "The kill switch is off.");
    } else notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
  };
  return (
    <>
      <button
        type="button"
        class={`kill-switch ${isOn ? "is-on" : ""}`}
        aria-haspopup="dialog"
        onClick={() => (isAsking.value = true)}
      >
        <Icon name="stop" />
        <span class="wide-only">{isOn ? "Kill switch is on" : "Kill switch"}</span>
      </button>
      {isAsking.value ? (
        <Dialog title={texts.title} look="box" onClose={() => (isAsking.value = false)}>
          <p>{texts.says}</p>
          <div class="dialog-foot">
            <button type="button" class="button" onClick={() => (isAsking.value = false)}>
              Cancel
            </button>
            <ActionButton text={texts.button} look={isOn ? "primary" : "danger"} capability={capability} act={turn} />
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { can } from "../can.ts";
import { playbooks } from "../lists.ts";
import { go } from "../navigation.ts";
import { notify } from "../notices.ts";
import { useLive } from "../resource.ts";
import { playbookPath } from "../routes.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Section } from "../ui/facts.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { type Checked, linesIn, useCheck } from "./check.ts";
import { Editor } from "./editor.tsx";
import { nameIn, TEMPLATE } from "./template.ts";
import { playbookApi } from "./playbook-api.ts";

const bad = (message: string): Checked => ({ status: "bad", errors: [{ path: "name", message }] });

/** A playbook of one's own, from a template. */
export function NewPlaybookScreen(): JSX.Element {
  const known = useLive(playbooks, () => false);
  const text = useSignal(TEMPLATE);
  const refusal = useSignal("");
  const name = nameIn(text.value);
  const mayEdit = can.editPlaybook(principal.value);
  const judged = useCheck(mayEdit.allowed ? text.value : null, name).value;
  const lists = known.status === "done" ? known.value : { playbooks: [], past: [] };
  const isTaken = lists.playbooks.some((one) => one.name === name);
  const checked = isTaken ? bad(`there is a playbook ${name} already: take another name, or edit that one`) : judged;
  const isBad = name === null || checked.status === "bad" || known.status !== "done";
  const capability = can.savePlaybook(principal.value, true, isBad);
  const save = async () => {
    if (name === null || !capability.allowed) return;
    // One that was taken away before counts its versions on.
    const version = lists.past.find((one) => one.name === name)?.version ?? 0;
    const answer = await playbookApi.save(name, { text: text.value, version });
    if (!answer.ok) {
      refusal.value = linesIn(answer.problem).join(". ");
      return;
    }
    await playbooks.reload();
    notify("good", `${name} is added.`);
    go(playbookPath(name));
  };
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Add a playbook" />
        <p class="page-note">
          <a href="/playbooks">All playbooks</a>
        </p>
      </header>
      <div class="playbook">
        <Section id="text" title="What it does">
          <Editor
            text={text.value}
            checked={checked}
            isOff={!mayEdit.allowed}
            set={(next) => (text.value = next)}
            save={() => void save()}
          >
            <p class="chat-problem" role="alert">
              {refusal.value}
            </p>
            <div class="editor-buttons">
              <ActionButton text="Save" look="primary" explains capability={capability} act={save} />
              <a class="button" href="/playbooks">
                Cancel
              </a>
            </div>
          </Editor>
        </Section>
      </div>
    </div>
  );
}

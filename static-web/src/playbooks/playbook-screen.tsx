import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Problem } from "../../../shared/contracts/api.ts";
import type { PlaybookDetail } from "../../../shared/contracts/playbook-edit.ts";
import { can } from "../can.ts";
import { formatActor } from "../format.ts";
import { playbooks } from "../lists.ts";
import { notify } from "../notices.ts";
import { type Resource, resource, useLive } from "../resource.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Chip } from "../ui/chip.tsx";
import { Code } from "../ui/code.tsx";
import { Section } from "../ui/facts.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Ago } from "../ui/time.tsx";
import { View } from "../ui/view.tsx";
import { linesIn, useCheck } from "./check.ts";
import { Editor } from "./editor.tsx";
import { originOf } from "./playbook-words.ts";
import { RunOnServer } from "./run-on-server.tsx";
import { Versions } from "./versions.tsx";
import { playbookApi } from "./playbook-api.ts";

/** A text that is being changed, and the version that it started from. */
type Draft = { text: string; version: number };
type Parts = { detail: PlaybookDetail; draft: Signal<Draft | null>; shown: Resource<PlaybookDetail> };

const said = (problem: Problem): string => [problem.title, ...linesIn(problem)].join(". ");
const textOf = ({ text, unusedText }: PlaybookDetail): string => unusedText ?? text ?? "";

type BackOptions = Parts & { refuse: (problem: Problem) => void };

function TakeBack({ detail, draft, shown, refuse }: BackOptions): JSX.Element | null {
  const isSure = useSignal(false);
  if (detail.origin !== "edited" && detail.unusedText === null) return null;
  const isGone = detail.replaces === null && detail.unusedText === null;
  const [text, sure] = isGone
    ? ["Delete this playbook", "Really delete it"]
    : ["Go back to the original", "Really go back to it"];
  const back = async () => {
    if (!isSure.value) return void (isSure.value = true);
    isSure.value = false;
    const answer = await playbookApi.remove(detail.name, detail.version);
    if (!answer.ok) return refuse(answer.problem);
    draft.value = null;
    shown.show(answer.value);
    void playbooks.reload();
    notify("good", isGone ? `${detail.name} is deleted. Its versions stay.` : `${detail.name} is as it was brought.`);
  };
  return (
    <ActionButton
      text={isSure.value ? sure : text}
      look="danger"
      capability={can.editPlaybook(principal.value)}
      act={back}
    />
  );
}

/** What another person saved meanwhile, below one's own text, which stays. */
function Theirs({ theirs }: { theirs: PlaybookDetail }): JSX.Element {
  const who = theirs.by === null ? "" : ` by ${formatActor(theirs.by)}`;
  return (
    <div class="theirs">
      <p role="alert">
        This playbook was changed meanwhile{who}. Your text is still above: take over from version {theirs.version} what
        you want to keep, and save again.
      </p>
      <Code text={theirs.text ?? ""} label={`Version ${theirs.version}`} language="yaml" />
    </div>
  );
}

function Edit(parts: Parts): JSX.Element {
  const { detail, draft, shown } = parts;
  const theirs = useSignal<PlaybookDetail | null>(null);
  const refusal = useSignal("");
  const mayEdit = can.editPlaybook(principal.value);
  const checked = useCheck(draft.value?.text ?? null, detail.name).value;
  const capability = can.savePlaybook(principal.value, draft.value !== null, checked.status === "bad");
  const refuse = (problem: Problem): void => void (refusal.value = said(problem));
  const save = async () => {
    if (draft.value === null || !capability.allowed) return;
    const answer = await playbookApi.save(detail.name, draft.value);
    if (answer.ok) {
      draft.value = theirs.value = null;
      refusal.value = "";
      shown.show(answer.value);
      void playbooks.reload();
      return notify("good", `${detail.name} is saved. The next investigation follows it.`);
    }
    if (answer.problem.status !== 412) return refuse(answer.problem);
    const newest = await playbookApi.read(detail.name);
    if (!newest.ok) return refuse(newest.problem);
    theirs.value = newest.value;
    draft.value = { text: draft.value?.text ?? "", version: newest.value.version };
  };
  return (
    <Section id="text" title="What it does">
      <Editor
        text={draft.value?.text ?? textOf(detail)}
        checked={checked}
        isOff={!mayEdit.allowed}
        set={(text) => (draft.value = { text, version: draft.value?.version ?? detail.version })}
        save={() => void save()}
      >
        {theirs.value === null ? null : <Theirs theirs={theirs.value} />}
        <p class="chat-problem" role="alert">
          {refusal.value}
        </p>
        <div class="editor-buttons">
          <ActionButton text="Save" look="primary" explains capability={capability} act={save} />
          {draft.value === null ? null : (
            <button
              type="button"
              class="button"
              onClick={() => {
                draft.value = theirs.value = null;
                refusal.value = "";
              }}
            >
              Cancel
            </button>
          )}
          {mayEdit.allowed ? <TakeBack {...parts} refuse={refuse} /> : null}
        </div>
      </Editor>
    </Section>
  );
}

function Standing({ detail }: { detail: PlaybookDetail }): JSX.Element {
  const { version, by, at, problem, origin } = detail;
  return (
    <div class="playbook-standing">
      <p class="quiet">
        <Chip {...originOf(detail)} /> {detail.title ?? ""}
        {by === null || at === null ? null : (
          <>
            {" "}
            · version {version}, {origin === "edited" || problem !== null ? "written" : "taken back"} by{" "}
            {formatActor(by)} <Ago at={at} />
          </>
        )}
      </p>
      {problem === null ? null : <p class="wrong">{problem}</p>}
    </div>
  );
}

export function PlaybookScreen({ name }: { name: string }): JSX.Element {
  const shown = useMemo(() => resource(() => playbookApi.read(name)), [name]);
  const draft = useSignal<Draft | null>(null);
  const loaded = useLive(shown, () => false);
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title={name} />
        <p class="page-note">
          <a href="/playbooks">All playbooks</a>
        </p>
      </header>
      <View of={loaded} what="playbook" retry={shown.reload}>
        {(detail) => (
          <div class="playbook">
            <Standing detail={detail} />
            <Edit detail={detail} draft={draft} shown={shown} />
            {detail.origin === null ? null : <RunOnServer playbook={name} />}
            <Versions
              detail={detail}
              restore={(text) => {
                draft.value = { text, version: detail.version };
                document.querySelector<HTMLElement>(".playbook-editor textarea")?.focus();
              }}
            />
          </div>
        )}
      </View>
    </div>
  );
}

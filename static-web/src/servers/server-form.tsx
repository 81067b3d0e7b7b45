import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Problem, ServerView } from "../../../shared/contracts/api.ts";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { servers } from "../lists.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { CheckField, LinesField, SelectField, TextField } from "../ui/field.tsx";
import { type Draft, draftOf, fieldAt, type FieldName, type Problems, registrationOf } from "./registration.ts";

type Typed = { [Name in FieldName]: Draft[Name] extends string ? Name : never }[FieldName];
type Form = { draft: Signal<Draft>; problems: Signal<Problems> };

/** What a field needs of the form. */
const fieldOf = ({ draft, problems }: Form, name: Typed) => ({
  value: draft.value[name],
  set: (value: string) => (draft.value = { ...draft.value, [name]: value }),
  problem: problems.value[name],
});

const ENVIRONMENTS = { production: "Production", staging: "Staging", development: "Development" };
const TIERS = { critical: "Critical", standard: "Standard", low: "Low" };
const CONNECTIONS = { roles: "PgMedic's two roles", url: "A URL in a setting, to try it out" };
const SIGN_INS = { entra: "With an Entra token", password: "With a password in a setting" };
const TLS = { "verify-full": "Encrypted, certificate verified", off: "Not encrypted" };

function Identity({ form, isNew }: { form: Form; isNew: boolean }): JSX.Element {
  const { draft } = form;
  return (
    <fieldset>
      <legend>Server</legend>
      <TextField {...fieldOf(form, "serverId")} label="Id" isOff={!isNew} hint="Short, and for good: such as shop." />
      <TextField {...fieldOf(form, "displayName")} label="Name" />
      <TextField {...fieldOf(form, "resourceId")} label="Azure resource id" hint="What Azure Monitor's alerts name." />
      <SelectField {...fieldOf(form, "environment")} label="Environment" choices={ENVIRONMENTS} />
      <SelectField {...fieldOf(form, "tier")} label="How grave its incidents are" choices={TIERS} />
      <TextField {...fieldOf(form, "vCores")} label="vCores" />
      <TextField {...fieldOf(form, "schemas")} label="Schemas" hint="Where PgMedic may look and act, with commas." />
      <CheckField
        label="PgMedic is enabled on it"
        isOn={draft.value.enabled}
        set={(enabled) => (draft.value = { ...draft.value, enabled })}
      />
      <CheckField
        label="It tells of what is not usual, without a rule"
        isOn={draft.value.detection}
        set={(detection) => (draft.value = { ...draft.value, detection })}
      />
      <CheckField
        label="A larger size may be proposed, which two people decide on"
        isOn={draft.value.mayScale}
        set={(mayScale) => (draft.value = { ...draft.value, mayScale })}
      />
    </fieldset>
  );
}

function Role({ form, role }: { form: Form; role: "investigator" | "executor" }): JSX.Element {
  const is = role === "investigator" ? "The role that looks" : "The role that acts";
  return (
    <>
      <TextField {...fieldOf(form, role)} label={is} />
      <SelectField {...fieldOf(form, `${role}SignIn`)} label={`${is} signs in`} choices={SIGN_INS} />
      {form.draft.value[`${role}SignIn`] === "password" ? (
        <TextField
          {...fieldOf(form, `${role}Password`)}
          label="Setting with its password"
          hint="One that PGMEDIC_SECRET_SETTINGS names."
        />
      ) : null}
    </>
  );
}

function Connection({ form }: { form: Form }): JSX.Element {
  return (
    <fieldset>
      <legend>Connection</legend>
      <SelectField {...fieldOf(form, "connection")} label="Signs in as" choices={CONNECTIONS} />
      {form.draft.value.connection === "url" ? (
        <TextField {...fieldOf(form, "urlSetting")} label="Setting with the URL" />
      ) : (
        <>
          <TextField {...fieldOf(form, "host")} label="Host" hint="Such as shop.postgres.database.azure.com." />
          <TextField {...fieldOf(form, "port")} label="Port" />
          <TextField {...fieldOf(form, "database")} label="Database" />
          <SelectField {...fieldOf(form, "tls")} label="TLS" choices={TLS} />
          <Role form={form} role="investigator" />
          <Role form={form} role="executor" />
        </>
      )}
    </fieldset>
  );
}

function Alerts({ form }: { form: Form }): JSX.Element {
  return (
    <fieldset>
      <legend>Alerts</legend>
      <LinesField
        {...fieldOf(form, "dependents")}
        label="Services that depend on it"
        hint="A line for each: a resource id, or what the label service says."
      />
      <LinesField
        {...fieldOf(form, "alertLabels")}
        label="Labels by which Prometheus and Grafana name it"
        hint="A line for each, such as cluster=shop-prod; all of them together name it."
      />
    </fieldset>
  );
}

function Remove({ server, onClose }: { server: ServerView; onClose: () => void }): JSX.Element {
  const isSure = useSignal(false);
  const remove = async () => {
    if (!isSure.value) return void (isSure.value = true);
    const answer = await api.removeServer(server.serverId);
    if (!answer.ok) return notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    await servers.reload();
    notify("good", `${server.displayName} is no longer watched. Its incidents stay.`);
    onClose();
  };
  const text = isSure.value ? `Really remove ${server.displayName}` : "Remove this server";
  return <ActionButton text={text} look="danger" capability={can.register(principal.value)} act={remove} />;
}

export type ServerFormOptions = { server: ServerView | null; onClose: () => void };

/** Registers a server, or changes what is registered of one. */
export function ServerForm({ server, onClose }: ServerFormOptions): JSX.Element {
  const form: Form = { draft: useSignal(draftOf(server)), problems: useSignal<Problems>({}) };
  const said = useSignal("");
  const frame = useRef<HTMLFormElement>(null);
  const refuse = (problems: Problems, text: string) => {
    form.problems.value = problems;
    said.value = text;
    // When the fields are marked: the first wrong one is where to go on.
    setTimeout(() => frame.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const save = async () => {
    const read = registrationOf(form.draft.value, server);
    if (!read.ok) return refuse(read.problems, "Some fields are not right yet.");
    const answer = await api.registerServer(read.serverId, read.registration);
    if (!answer.ok) return refuse(problemsIn(answer.problem), `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    await servers.reload();
    notify("good", `${answer.value.displayName} is registered. “Check now” says what is missing on it.`);
    onClose();
  };
  return (
    <Dialog title={server === null ? "Add a server" : `Change ${server.displayName}`} look="panel" onClose={onClose}>
      <form
        ref={frame}
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Identity form={form} isNew={server === null} />
        <Connection form={form} />
        <Alerts form={form} />
        {server === null ? null : <Remove server={server} onClose={onClose} />}
      </form>
      <div class="form-foot">
        <p class="chat-problem" role="alert">
          {said.value}
        </p>
        <ActionButton text="Save" look="primary" explains capability={can.register(principal.value)} act={save} />
      </div>
    </Dialog>
  );
}

const problemsIn = ({ errors = [] }: Problem): Problems =>
  Object.fromEntries(
    errors.flatMap(({ path, message }) => {
      const field = fieldAt(path);
      return field === null ? [] : [[field, message]];
    }),
  );

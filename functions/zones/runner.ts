import { app } from "@azure/functions";
import * as df from "durable-functions";
import { respondToAlertByVersion } from "../../orchestrators/versions.ts";
import { type StepInput, type StepName, type StepOutput, steps } from "../../shared/contracts/steps.ts";
import { acquireLock } from "../activities/acquire-lock.ts";
import { close } from "../activities/close.ts";
import { execute } from "../activities/execute.ts";
import { expire } from "../activities/expire.ts";
import { investigate } from "../activities/investigate.ts";
import { propose } from "../activities/propose.ts";
import { rollBack } from "../activities/roll-back.ts";
import { verify } from "../activities/verify.ts";
import { approvalReceived } from "../approval-received.ts";
import { closePlannerClone, plannerClone } from "../database.ts";
import { graduateOnTime } from "../graduation.ts";
import { prepareClients } from "../prepare.ts";
import { runEventReceived } from "../run-event-received.ts";
import { runRequested } from "../run-requested.ts";
import { runSchedules } from "../schedules.ts";
import { takeSnapshots } from "../snapshots.ts";
import { giveSignOfLife } from "../silence.ts";
import { pollSlack } from "../slack-poll.ts";
import { sweep } from "../sweep.ts";
import { tracedMessages, tracedStep } from "../telemetry.ts";

type Activities = { [Name in StepName]: (input: StepInput<Name>) => Promise<StepOutput<Name>> };
const ACTIVITIES: Activities = { acquireLock, investigate, propose, expire, execute, verify, rollBack, close };

const EVERY_MINUTE = "0 * * * * *";
/** Not on the hour itself, when everybody else's timers run. */
const EVERY_HOUR = "0 7 * * * *";
const EVERY_TEN_MINUTES = "30 */10 * * * *";
const connection = "ServiceBus";
const withClient = { extraInputs: [df.input.durableClient()] };

/** What the runner listens to: messages and timers, and the run itself. It has no HTTP. */
export function register(): void {
  app.serviceBusQueue("runRequested", {
    queueName: "runs",
    connection,
    handler: tracedMessages("runs", runRequested),
    ...withClient,
  });
  app.serviceBusQueue("approvalReceived", {
    queueName: "approvals",
    connection,
    handler: tracedMessages("approvals", approvalReceived),
  });
  app.serviceBusQueue("runEventReceived", {
    queueName: "run-events",
    connection,
    handler: tracedMessages("run-events", runEventReceived),
  });

  df.app.orchestration("respondToAlert", respondToAlertByVersion);
  registerActivity("acquireLock");
  registerActivity("investigate");
  registerActivity("propose");
  registerActivity("expire");
  registerActivity("execute");
  registerActivity("verify");
  registerActivity("rollBack");
  registerActivity("close");

  app.timer("takeSnapshots", { schedule: EVERY_MINUTE, runOnStartup: true, handler: takeSnapshots });
  app.timer("sweep", { schedule: EVERY_MINUTE, handler: sweep, ...withClient });
  app.timer("pollSlack", { schedule: EVERY_MINUTE, handler: pollSlack });
  app.timer("runSchedules", { schedule: EVERY_MINUTE, handler: runSchedules });
  app.timer("graduate", { schedule: EVERY_TEN_MINUTES, handler: graduateOnTime });
  app.timer("giveSignOfLife", { schedule: EVERY_HOUR, handler: giveSignOfLife });
  app.hook.appStart(prepareClients);
  // The first incident should not wait for the clone to be made.
  app.hook.appStart(() => void plannerClone());
  app.hook.appTerminate(closePlannerClone);
}

function registerActivity<Name extends StepName>(name: Name): void {
  const activity = ACTIVITIES[name];
  df.app.activity(name, {
    handler: async (input: unknown) => {
      const value: unknown = typeof input === "string" ? JSON.parse(input) : input;
      // The schema of this very activity parsed it; TypeScript cannot follow the index from name to input.
      const parsed = steps[name].input.parse(value) as StepInput<Name>;
      return tracedStep(name, parsed, () => activity(parsed));
    },
  });
}

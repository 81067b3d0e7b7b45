// A Functions host that holds its answers in memory: what the screens need of the API, with its contracts and status codes.
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";
import {
  Changes,
  IncidentDetail,
  IncidentList,
  InstructionList,
  ServerList,
  TimelineAnswer,
  type Problem,
  ServerView,
} from "../../../shared/contracts/api.ts";
import { AutomationRequest } from "../../../shared/contracts/automation.ts";
import { AutonomyRequest, AutonomyView } from "../../../shared/contracts/autonomy.ts";
import { Chat, ChatReply } from "../../../shared/contracts/chat.ts";
import { DeadLetterList, DeadLetterView } from "../../../shared/contracts/dead-letter.ts";
import { DecisionRequest } from "../../../shared/contracts/decision.ts";
import { ActionsAnswer, Insight } from "../../../shared/contracts/diagnostic-run.ts";
import type { NextAction } from "../../../shared/contracts/log-triage.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";
import type { Instruction } from "../../../shared/contracts/instruction.ts";
import { Schedule, ScheduleList, ScheduleRequest, type ScheduleView } from "../../../shared/contracts/schedule.ts";
import {
  aBaselinesView,
  ada,
  anInsight,
  anInstruction,
  aServer,
  aServerReport,
  fromNow,
  summaryOf,
  timelineRowOf,
} from "./data.ts";
import { ReasoningTrace } from "../../../shared/contracts/reasoning-trace.ts";
import { BaselinesView } from "../../../shared/contracts/baseline.ts";
import { Calibration, type Memory } from "../../../shared/contracts/memory.ts";
import { ServerCheck, ServerRegistration } from "../../../shared/contracts/server.ts";
import { ServerReport } from "../../../shared/contracts/server-report.ts";
import { calibrationOf } from "../../../shared/core/calibration.ts";
import { FakePlaybooks } from "./fake-playbooks.ts";
import { aChat, answered, confirmed } from "./fake-chat.ts";

type Answer = { status: number; body: unknown; headers?: Record<string, string> };
type Asked = { parts: string[]; url: URL; body: unknown };

export type Store = {
  servers: ServerView[];
  incidents: IncidentDetail[];
  instructions: Instruction[];
  autonomy: AutonomyView;
  chat: Chat;
  isAuditIntact: boolean;
  deadLetters: DeadLetterView[];
  schedules: ScheduleView[];
  memories: Memory[];
  /** Null stands for a server that is as usual. */
  baselines: BaselinesView | null;
  playbooks: FakePlaybooks;
};

const emptyStore = (): Store => ({
  servers: [],
  incidents: [],
  instructions: [],
  autonomy: {
    phase: "assist",
    killSwitch: { on: false, by: null, at: null },
    effective: "assist",
    graduation: null,
  },
  chat: aChat(),
  isAuditIntact: true,
  deadLetters: [],
  schedules: [],
  memories: [],
  baselines: null,
  playbooks: new FakePlaybooks(),
});

const ok = <Schema extends z.ZodType>(schema: Schema, body: z.input<Schema>, status = 200): Answer => ({
  status,
  body: schema.parse(body),
});
const problem = (status: number, title: string, detail: string): Answer => ({
  status,
  body: { type: `https://pgmedic.dev/problems/${status}`, title, status, detail } satisfies Problem,
});

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

export class FakeApi {
  store = emptyStore();
  port = 0;
  hammered: string | null = null;
  /** How often a check is asked for in vain before its answer is there. */
  checkDelay = 0;
  requests: { method: string; path: string; headers: IncomingMessage["headers"]; body: unknown }[] = [];
  /** What the API answers instead, by the start of `METHOD /path`. */
  failures = new Map<string, Answer>();
  /** Answers under this path are held back until `release` is called. */
  #held: { path: string; waiting: (() => void)[] } | null = null;
  #changes: Changes["changes"] = [];
  #server = createServer((request, response) => {
    void this.#receive(request).then(({ status, body, headers }) => {
      const type = status >= 400 ? "application/problem+json" : "application/json";
      response
        .writeHead(status, { "content-type": type, ...headers })
        .end(status === 204 ? undefined : JSON.stringify(body));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    const address = this.#server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Forgets everything, as between two tests. */
  reset(): void {
    this.release();
    this.store = emptyStore();
    this.requests = [];
    this.hammered = null;
    this.checkDelay = 0;
    this.failures.clear();
    this.tell("server", "reset");
  }

  /** Makes a change visible to whoever follows the changes. */
  tell(kind: Changes["changes"][number]["kind"], id: string): void {
    this.#changes.push({ kind, id });
  }

  /** Puts an incident into the store and tells of it. */
  put(incident: IncidentDetail): void {
    this.store.incidents = [
      incident,
      ...this.store.incidents.filter(({ incidentId }) => incidentId !== incident.incidentId),
    ];
    this.tell("incident", incident.incidentId);
  }

  fail(what: string, status: number, title: string): void {
    this.failures.set(what, problem(status, title, "The fake API was told to."));
  }

  hold(path: string): void {
    this.#held = { path, waiting: [] };
  }

  release(): void {
    const waiting = this.#held?.waiting ?? [];
    this.#held = null;
    for (const go of waiting) go();
  }

  async #receive(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://fake");
    const method = request.method ?? "GET";
    const body = await readJson(request);
    this.requests.push({ method, path: url.pathname, headers: request.headers, body });
    await this.#whileHeld(url.pathname);
    const failure = [...this.failures].find(([what]) => `${method} ${url.pathname}`.startsWith(what))?.[1];
    if (failure !== undefined) return failure;
    if (!url.pathname.startsWith("/api/")) return this.#workload(url.pathname, body);
    const parts = url.pathname.split("/").slice(2);
    if (parts[0] === "playbooks") return this.store.playbooks.answer(method, parts, body);
    const route = [method, ...parts.map((part, index) => (index === 1 ? ":id" : part))].join(" ");
    return this.#routes[route]?.({ parts, url, body }) ?? problem(404, "Not found", `${route} is not known`);
  }

  /** The demo's workload generator. */
  #workload(path: string, body: unknown): Answer {
    if (path === "/calm") this.hammered = null;
    if (path === "/hammer") this.hammered = z.object({ column: z.string() }).parse(body).column;
    const load = { clients: 4, recent: { calls: 203, meanMs: 93.4 } };
    return { status: 200, body: { hammers: this.hammered === null ? [] : [{ column: this.hammered, ...load }] } };
  }

  async #whileHeld(path: string): Promise<void> {
    const held = this.#held;
    if (held !== null && path.startsWith(held.path)) await new Promise<void>((go) => held.waiting.push(go));
  }

  #incident({ parts }: Asked): IncidentDetail | undefined {
    return this.store.incidents.find(({ incidentId }) => incidentId === parts[1]);
  }

  #decide(asked: Asked): Answer {
    const incident = this.#incident(asked);
    if (incident === undefined) return problem(404, "No such incident", "It does not exist.");
    const { proposalId, proposalHash, verdict, reason = null } = DecisionRequest.parse(asked.body);
    if (incident.proposal?.hash !== proposalHash)
      return problem(412, "The proposal is another one now", "Its hash differs.");
    if (incident.decision !== null) return problem(409, "Already decided", "Ada decided before.");
    const common = { decisionId: "dec-1", proposalId, proposalHash, by: ada, decidedAt: fromNow(0), reason };
    const decided: IncidentDetail =
      verdict === "approve"
        ? { ...incident, state: "executing", decision: { verdict, instructionId: null, ...common } }
        : {
            ...incident,
            state: "dismissed",
            decision: { verdict, ...common },
            resolution: { path: "skipped", because: "Ada skipped the proposal.", at: fromNow(0) },
          };
    this.put(decided);
    return ok(IncidentDetail, decided);
  }

  #confirm(): Answer {
    this.store.chat = confirmed(this.store.chat);
    const instruction = anInstruction();
    this.store.instructions.push(instruction);
    this.tell("instruction", instruction.instructionId);
    const incident = this.store.incidents.find(({ incidentId }) => incidentId === this.store.chat.incidentId);
    const proposal = incident?.proposal;
    if (incident !== undefined && proposal != null) {
      const { instructionId } = instruction;
      const decision = {
        verdict: "approve" as const,
        instructionId,
        decisionId: "dec-1",
        proposalId: proposal.proposalId,
        proposalHash: proposal.hash,
        by: ada,
        decidedAt: fromNow(0),
        reason: null,
      };
      this.put({ ...incident, state: "executing", decision });
    }
    return ok(Chat, this.store.chat);
  }

  #revoke({ parts }: Asked): Answer {
    this.store.instructions = this.store.instructions.map((instruction) =>
      instruction.instructionId === parts[1] ? { ...instruction, revoked: { at: fromNow(0), by: ada } } : instruction,
    );
    this.tell("instruction", parts[1] ?? "");
    return { status: 204, body: null };
  }

  #sendAgain({ parts }: Asked): Answer {
    const sentAgain = { by: ada, at: fromNow(0) };
    const letter = this.store.deadLetters.find(({ letterId }) => letterId === parts[1]);
    if (letter === undefined) return problem(404, "There is no such message", "It does not exist.");
    this.store.deadLetters = this.store.deadLetters.map((one) => (one === letter ? { ...one, sentAgain } : one));
    return ok(DeadLetterView, { ...letter, sentAgain });
  }

  #setAutonomy({ body }: Asked): Answer {
    const { killSwitch, phase } = AutonomyRequest.parse(body);
    const { autonomy } = this.store;
    this.store.autonomy = {
      ...autonomy,
      phase: phase ?? autonomy.phase,
      killSwitch: killSwitch === undefined ? autonomy.killSwitch : { on: killSwitch, by: "Ada", at: fromNow(0) },
    };
    return ok(AutonomyView, this.store.autonomy);
  }

  #setAutomation({ parts, body }: Asked): Answer {
    const { levels } = AutomationRequest.parse(body);
    const server = this.store.servers.find(({ serverId }) => serverId === parts[1]);
    if (server === undefined) return problem(404, "There is no such server", "It does not exist.");
    const automation = { levels: { ...server.automation?.levels, ...levels }, by: "Ada", at: fromNow(0) };
    const next = { ...server, automation };
    this.store.servers = this.store.servers.map((one) => (one === server ? next : one));
    this.tell("server", server.serverId);
    return ok(ServerView, next);
  }

  #register({ parts, body }: Asked): Answer {
    const serverId = parts[1] ?? "";
    const registration = ServerRegistration.parse(body);
    const known = this.store.servers.find((server) => server.serverId === serverId);
    const next = { ...(known ?? aServer({ serverId, lastSnapshotAt: null })), ...registration };
    this.store.servers = [...this.store.servers.filter((server) => server !== known), next];
    this.tell("server", serverId);
    return ok(ServerView, next, known === undefined ? 201 : 200);
  }

  #setSchedule({ parts, body }: Asked): Answer {
    const scheduleId = parts[1] ?? "";
    const wish = ScheduleRequest.parse(body);
    const set = { ...wish, scheduleId, setBy: ada, setAt: fromNow(0), nextAt: fromNow(3_600_000), intervalMinutes: 60 };
    this.store.schedules.push({ ...set, runs: [] });
    return ok(Schedule, { ...set, runs: [] });
  }

  #insights: Insight[] = [];
  #next: NextAction[] = [{ actionId: "table-health", label: "How the tables are kept", parameters: {} }];

  #trace(asked: Asked): Answer {
    const steps = (this.#incident(asked)?.timeline ?? []).map(({ at, kind, text }, place) => ({
      sequence: place + 1,
      at,
      what: kind,
      said: text,
      parts: [{ title: "Recorded", lines: [text] }],
      hash: String(place + 1).padStart(64, "0"),
    }));
    const intact = this.store.isAuditIntact;
    const detail = intact ? `${steps.length} entries, unbroken` : "entry 3 does not follow from what came before it";
    return ok(ReasoningTrace, { steps, verification: { intact, detail } });
  }

  #list({ url }: Asked): Answer {
    const status = url.searchParams.get("status");
    const limit = Number(url.searchParams.get("limit") ?? "50");
    const list = this.store.incidents.filter(
      ({ state }) => status === null || isClosed(state) === (status === "closed"),
    );
    return ok(IncidentList, {
      incidents: list.slice(0, limit).map(summaryOf),
      continuation: list.length > limit ? "more" : null,
    });
  }

  #check({ parts }: Asked): Answer {
    if (this.checkDelay > 0) {
      this.checkDelay -= 1;
      if (parts.length === 3)
        return { status: 202, body: null, headers: { location: `/api/servers/${parts[1]}/checks/probe-1` } };
      const body = { type: "https://pgmedic.dev/problems/no-answer-yet", title: "There is no answer yet", status: 404 };
      return { status: 404, body };
    }
    return ok(ServerCheck, {
      serverId: parts[1] ?? "",
      checkedAt: fromNow(0),
      reachable: true,
      version: "18.1",
      items: [
        {
          id: "investigator",
          label: "The investigator signs in",
          holds: true,
          observed: "pgmedic_investigator",
          remedySql: null,
        },
        {
          id: "statements",
          label: "pg_stat_statements is installed",
          holds: false,
          observed: "not in database shop",
          remedySql: "CREATE EXTENSION pg_stat_statements;",
        },
      ],
    });
  }

  #routes: Record<string, (asked: Asked) => Answer> = {
    "GET servers": () => ok(ServerList, { servers: this.store.servers }),
    "GET servers :id baselines": ({ parts }) => ok(BaselinesView, this.store.baselines ?? aBaselinesView(parts[1])),
    "POST servers :id check": (asked) => this.#check(asked),
    "GET servers :id checks probe-1": (asked) => this.#check(asked),
    "POST servers :id report": ({ parts }) => ok(ServerReport, aServerReport(parts[1])),
    "PUT servers :id": (asked) => this.#register(asked),
    "DELETE servers :id": ({ parts }) => {
      this.store.servers = this.store.servers.filter(({ serverId }) => serverId !== parts[1]);
      return { status: 204, body: null };
    },
    "PUT servers :id automation": (asked) => this.#setAutomation(asked),
    "GET schedules": () => ok(ScheduleList, { schedules: this.store.schedules }),
    "PUT schedules :id": (asked) => this.#setSchedule(asked),
    "DELETE schedules :id": ({ parts }) => {
      this.store.schedules = this.store.schedules.filter(({ scheduleId }) => scheduleId !== parts[1]);
      return { status: 204, body: null };
    },
    "POST incidents": () => ({ status: 202, body: { incidentId: "inc-1", disposition: "opened" } }),
    "GET incidents": (asked) => this.#list(asked),
    "GET incidents :id": (asked) => {
      const incident = this.#incident(asked);
      return incident === undefined
        ? problem(404, "No such incident", "It does not exist.")
        : ok(IncidentDetail, incident);
    },
    "GET incidents :id trace": (asked) => this.#trace(asked),
    "GET incidents :id postmortem": ({ parts }) => ({
      status: 200,
      body: `# ${parts[1]}`,
      headers: { "content-type": "text/markdown", "content-disposition": "attachment" },
    }),
    "GET incidents :id actions": () =>
      ok(ActionsAnswer, { nextActions: this.#next, known: [], insights: this.#insights }),
    "POST incidents :id actions table-health": () => {
      const insight = anInsight();
      this.#insights.push(insight);
      return ok(Insight, insight);
    },
    "POST incidents :id decision": (asked) => this.#decide(asked),
    "POST chats": () => ok(Chat, (this.store.chat = aChat()), 201),
    "POST chats :id messages": ({ body }) =>
      ok(Chat, (this.store.chat = answered(this.store.chat, ChatReply.parse(body)))),
    "POST chats :id confirm": () => this.#confirm(),
    "GET instructions": () => ok(InstructionList, { instructions: this.store.instructions }),
    "DELETE instructions :id": (asked) => this.#revoke(asked),
    "GET dead-letters": () => ok(DeadLetterList, { letters: this.store.deadLetters }),
    "POST dead-letters :id send": (asked) => this.#sendAgain(asked),
    "GET timeline": () => ok(TimelineAnswer, { rows: this.store.incidents.map(timelineRowOf) }),
    "GET memory :id": () => ok(Calibration, calibrationOf(this.store.memories)),
    "GET changes": ({ url }) => {
      const since = Number(url.searchParams.get("since") ?? this.#changes.length);
      return ok(Changes, { cursor: String(this.#changes.length), changes: this.#changes.slice(since) });
    },
    "GET autonomy": () => ok(AutonomyView, this.store.autonomy),
    "PUT autonomy": (asked) => this.#setAutonomy(asked),
  };
}

import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/** One value on the wire between host and worker; exactly one field is set, or none for null. */
export interface RpcValue {
  string?: string;
  json?: string;
  int?: number;
  double?: number;
  bytes?: Uint8Array;
  http?: RpcHttp;
}

export interface RpcHttp {
  url?: string;
  method?: string;
  statusCode?: string;
  nullableHeaders?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
  headers?: Record<string, string>;
  cookies?: readonly RpcCookie[];
  body?: RpcValue | null | undefined;
}

export interface RpcCookie {
  name: string;
  value: string;
  path?: { value: string };
  domain?: { value: string };
  expires?: { value: { seconds: number } };
  maxAge?: { value: number };
  secure?: { value: boolean };
  httpOnly?: { value: boolean };
  sameSite?: string;
}

/** One trigger, input or output of a function, with the options given at registration. */
export interface Binding {
  readonly [option: string]: unknown;
  readonly type: string;
  readonly direction: string;
}

export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly handler: (...inputs: unknown[]) => unknown;
}

type Hook<Context = unknown> = (context: Context & { hookData: Record<string, unknown> }) => unknown;

/** A call, before it is made: hooks may wrap the handler. */
interface Call {
  functionCallback: RegisteredFunction["handler"];
  inputs: unknown[];
  readonly invocationContext: unknown;
}

/** A line that a function logs, before it is written: hooks may change it. */
interface Line {
  level: string;
  message: string;
  readonly category: string;
  readonly invocationContext: unknown;
}

interface Hooks {
  readonly appStart: Hook[];
  readonly appTerminate: Hook[];
  readonly preInvocation: Hook<Call>[];
  readonly log: Hook<Line>[];
}
const noHooks = (): Hooks => ({ appStart: [], appTerminate: [], preInvocation: [], log: [] });

/** The conversions of `@azure/functions` between wire values and handler arguments, for one invocation. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: (...inputs: unknown[]) => unknown): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: RpcValue | null }>;
}

export interface ProgrammingModel {
  getInvocationModel(invocation: object): InvocationModel;
  /** What the app asked for with `app.setup`, read once after loading. */
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

/** What one app registered: its functions by lower-case name, and its hooks. */
export interface App {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: Hooks;
  model: ProgrammingModel | undefined;
  /** Whether the app exports telemetry: then the host has a trace for every invocation. */
  isTraced: boolean;
}

interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

/** The module that `@azure/functions` asks its host for, and the app that registrations go to at the moment. */
const core = {
  app: undefined as App | undefined, // the union cannot be inferred from the initial value
  model: undefined as ProgrammingModel | undefined,
};

function receivingApp(): App {
  if (core.app === undefined) throw new Error("A function was registered after the app had been loaded.");
  return core.app;
}

const disposable = (dispose: () => void) => ({ dispose });

const isHookName = (name: string): name is keyof Hooks => Object.hasOwn(noHooks(), name);

const functionsCore = {
  version: "4.0.0",
  hostVersion: "4.1037.0",
  Disposable: class {
    readonly dispose: () => void;
    constructor(dispose: () => void) {
      this.dispose = dispose;
    }
  },
  registerFunction(metadata: FunctionMetadata, handler: RegisteredFunction["handler"]) {
    const { functions } = receivingApp();
    const key = metadata.name.toLowerCase();
    if (functions.has(key)) throw new Error(`A function named "${metadata.name}" has already been registered.`);
    functions.set(key, { name: metadata.name, bindings: metadata.bindings, handler });
    return disposable(() => functions.delete(key));
  },
  registerHook(name: string, hook: Hook<unknown>) {
    const { hooks } = receivingApp();
    if (!isHookName(name)) throw new Error(`The hook "${name}" is not supported locally.`);
    const registered: Hook<never>[] = hooks[name];
    registered.push(hook);
    return disposable(() => registered.splice(registered.indexOf(hook), 1));
  },
  setProgrammingModel(model: ProgrammingModel) {
    core.model = model;
  },
  getProgrammingModel: () => core.model,
  log: () => undefined,
};

const CORE_MODULE = "@azure/functions-core";
const CORE_URL = "pgmedic-local:functions-core";
const CORE_SYMBOL = Symbol.for(CORE_URL);

let installed = false;

/** Makes `require("@azure/functions-core")` answer with this host, as inside the real worker. */
function installFunctionsCore(): void {
  if (installed) return;
  installed = true;
  Reflect.set(globalThis, CORE_SYMBOL, functionsCore);
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === CORE_MODULE ? { url: CORE_URL, format: "commonjs", shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === CORE_URL
        ? {
            format: "commonjs",
            source: `module.exports = globalThis[Symbol.for("${CORE_URL}")];`,
            shortCircuit: true,
          }
        : next(url, context),
  });
}

/** Runs `register` and returns what it registered through `@azure/functions` and `durable-functions`. */
export async function collectApp(register: () => unknown): Promise<App> {
  installFunctionsCore();
  if (core.app !== undefined) throw new Error("Two apps cannot be loaded at the same time.");
  const app: App = { functions: new Map(), hooks: noHooks(), model: undefined, isTraced: false };
  core.app = app;
  try {
    await register();
  } finally {
    core.app = undefined;
  }
  app.model = core.model;
  const capabilities = (await app.model?.getCapabilities({})) ?? {};
  if ("HttpUri" in capabilities) {
    throw new Error("enableHttpStream is not supported locally: on Azure a failing handler would hang with it.");
  }
  app.isTraced = capabilities["WorkerOpenTelemetryEnabled"] === "true";
  return app;
}

/** Loads the built entry file of a Functions app (an ES module) and returns what it registered. */
export async function loadApp(entryPath: string): Promise<App> {
  if (!existsSync(entryPath)) {
    throw new Error(`There is no ${entryPath}. Build the app first, or name its entry in PGMEDIC_HOST_ENTRY.`);
  }
  const app = await collectApp(() => import(pathToFileURL(entryPath).href));
  if (app.functions.size === 0) throw new Error(`${entryPath} registered no function.`);
  return app;
}

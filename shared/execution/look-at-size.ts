import type { TypedAction } from "../contracts/actions.ts";
import { computeSize } from "../contracts/compute-sizes.ts";
import type { Precondition } from "../contracts/proposal.ts";
import type { ServerResource } from "../contracts/server-resource.ts";
import { digest } from "../core/digest.ts";
import type { Progress, Surroundings, Target } from "./look.ts";
import { precondition } from "./precondition.ts";

type SizeAction = Extract<TypedAction, { kind: "scale_compute" | "grow_storage" }>;

/** How a change of the server's size stands, by what Azure Resource Manager says of the server. */
export async function lookAtSize({ server, since }: Surroundings, action: SizeAction): Promise<Target> {
  const resource = await since.readResource();
  const size = sizesOf(action, resource);
  return {
    progress: progressOf(resource, size),
    statementsDone: 0,
    preconditions: [
      precondition(
        "may-scale",
        "The registration of the server lets PgMedic change its size",
        server.mayScale,
        server.mayScale ? "it does" : "it does not",
      ),
      ...(resource === null ? [UNKNOWN] : factsOf(action, resource, size)),
    ],
    owner: null,
    object: null,
    leftover: null,
    stamp: "",
    fingerprint: digest([size.from, size.to]),
    what: action.kind === "scale_compute" ? "the server's compute" : "the server's storage",
  };
}

const UNKNOWN = precondition("in-azure", "Azure Resource Manager knows the server", false, "it cannot be asked");

/** What the size is, was and shall be, as one text each. */
type Sizes = { now: string | null; from: string; to: string };

function sizesOf(action: SizeAction, resource: ServerResource | null): Sizes {
  if (action.kind === "grow_storage") {
    const { fromGiB, toGiB } = action.parameters;
    return { now: resource === null ? null : String(resource.storageGiB), from: String(fromGiB), to: String(toGiB) };
  }
  const { from, to } = action.parameters;
  return { now: resource?.sku ?? null, from, to };
}

function progressOf(resource: ServerResource | null, { now, from, to }: Sizes): Progress {
  if (resource === null) return "pending";
  // While Azure is at work the size may be the old one or the new one already.
  if (resource.state !== "Ready") return now === from || now === to ? "running" : "other";
  if (now === to) return "done";
  return now === from ? "pending" : "other";
}

function factsOf(action: SizeAction, resource: ServerResource, { now, from, to }: Sizes): Precondition[] {
  const { state, replicas, replicationRole, highAvailability, storageType } = resource;
  const isAlone = replicas === 0 && !/replica/i.test(replicationRole);
  return [
    precondition("ready", "Nothing is being done to the server", state === "Ready", state),
    precondition("as-it-was", "Its size is as it was looked at", now === from || now === to, now ?? "unknown"),
    // A replica must not be smaller than its primary: their order is a person's plan.
    precondition(
      "no-replicas",
      "It has no read replicas, and is none",
      isAlone,
      `${replicationRole}, ${replicas} read replicas`,
    ),
    precondition("high-availability", "A standby, where there is one, is changed with it", true, highAvailability),
    ...(action.kind === "scale_compute"
      ? [precondition("same-family", "Both sizes are of one family", isOneFamily(from, to), `${from}, ${to}`)]
      : [
          precondition(
            "known-disk",
            "The disk is one whose sizes are known, and grows while the server runs",
            storageType === "Premium_LRS" && Number(to) > Number(from),
            storageType,
          ),
        ]),
  ];
}

const isOneFamily = (from: string, to: string): boolean =>
  computeSize(from) !== null && computeSize(from)?.family === computeSize(to)?.family;

// The local server as a resource of Azure: what it was scaled to is kept over a restart.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ComputeSize, computeSize } from "../../../shared/contracts/compute-sizes.ts";
import type { Target } from "../monitor/payload.ts";
import { Refused } from "./operations.ts";

const Scale = z.strictObject({ sku: z.string(), storageGiB: z.number().int().positive() });
type Scale = z.infer<typeof Scale>;
/** The smallest server that Azure offers: one vCore, which is what a busy shop fills. */
const SMALLEST: Scale = { sku: "Standard_B1ms", storageGiB: 32 };

export const Patch = z.looseObject({
  sku: z.looseObject({ name: z.string() }).optional(),
  properties: z.looseObject({ storage: z.looseObject({ storageSizeGB: z.number().int() }).optional() }).optional(),
});
export type Patch = z.infer<typeof Patch>;

export type ServerResource = ReturnType<typeof openServerResource>;

export function openServerResource(folder: string, target: Target, region: string) {
  const file = join(folder, "server.json");
  let scale = existsSync(file) ? Scale.parse(JSON.parse(readFileSync(file, "utf8"))) : SMALLEST;
  const size = (): ComputeSize => {
    const known = computeSize(scale.sku);
    if (known === null) throw new Error(`${file} names an unknown compute size, ${scale.sku}`);
    return known;
  };
  return {
    vCores: (): number => size().vCores,
    storageBytes: (): number => scale.storageGiB * 2 ** 30,
    /** Azure's answer for the server. */
    answer: (isBusy: boolean) => ({
      id: target.resourceId,
      name: target.name,
      type: "Microsoft.DBforPostgreSQL/flexibleServers",
      location: region,
      sku: { name: size().name, tier: size().tier },
      properties: {
        state: isBusy ? "Updating" : "Ready",
        version: "18",
        fullyQualifiedDomainName: "127.0.0.1",
        storage: { storageSizeGB: scale.storageGiB, autoGrow: "Disabled", type: "Premium_LRS" },
        highAvailability: { mode: "Disabled", state: "NotEnabled" },
        maintenanceWindow: { customWindow: "Disabled", dayOfWeek: 0, startHour: 0, startMinute: 0 },
        replicationRole: "Primary",
        replica: { role: "Primary", capacity: 5 },
      },
    }),
    /** What a change asks for, checked as Azure does; null when it changes nothing. */
    wished: ({ sku, properties }: Patch): Scale | null => {
      const wish = {
        sku: sku?.name ?? scale.sku,
        storageGiB: properties?.storage?.storageSizeGB ?? scale.storageGiB,
      };
      const known = computeSize(wish.sku);
      if (known === null) throw new Refused("InvalidParameterValue", `There is no compute size ${wish.sku}.`);
      if (wish.storageGiB < scale.storageGiB)
        throw new Refused("InvalidParameterValue", "The storage of a server cannot be made smaller.");
      return known.name === scale.sku && wish.storageGiB === scale.storageGiB ? null : { ...wish, sku: known.name };
    },
    /** Whether a change means another machine, and so a restart. */
    isRestart: (wish: Scale): boolean => wish.sku !== scale.sku,
    become: (wish: Scale): void => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(wish));
      renameSync(`${file}.new`, file);
      scale = wish;
    },
  };
}

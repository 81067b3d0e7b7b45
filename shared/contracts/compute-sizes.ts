import { z } from "zod";

type ComputeTier = "Burstable" | "GeneralPurpose" | "MemoryOptimized";
/** A compute size of Flexible Server. `family` is what sizes must share for one to be the larger of the other. */
export type ComputeSize = { name: string; family: string; tier: ComputeTier; vCores: number; memoryGiB: number };

type Series = readonly (readonly [vCores: number, memoryGiB: number])[];
const perCore = (gib: number, ...vCores: number[]): Series => vCores.map((cores) => [cores, cores * gib] as const);

/** Sizes by series, as the documentation of Flexible Server lists them under "Compute options": a closed table, smallest first. */
const GENERAL = perCore(4, 2, 4, 8, 16, 32, 48, 64);
const MEMORY: Series = [...perCore(8, 2, 4, 8, 16, 20, 32, 48)];
const SERIES: readonly { tier: ComputeTier; letter: "D" | "E"; suffix: string; sizes: Series }[] = [
  { tier: "GeneralPurpose", letter: "D", suffix: "s_v3", sizes: GENERAL },
  { tier: "GeneralPurpose", letter: "D", suffix: "ds_v4", sizes: GENERAL },
  { tier: "GeneralPurpose", letter: "D", suffix: "ds_v5", sizes: [...GENERAL, [96, 384]] },
  { tier: "GeneralPurpose", letter: "D", suffix: "ads_v5", sizes: [...GENERAL, [96, 384]] },
  { tier: "MemoryOptimized", letter: "E", suffix: "s_v3", sizes: [...MEMORY, [64, 432]] },
  { tier: "MemoryOptimized", letter: "E", suffix: "ds_v4", sizes: [...MEMORY, [64, 504]] },
  { tier: "MemoryOptimized", letter: "E", suffix: "ds_v5", sizes: [...MEMORY, [64, 512], [96, 672]] },
  { tier: "MemoryOptimized", letter: "E", suffix: "ads_v5", sizes: [...MEMORY, [64, 512], [96, 672]] },
];
const BURSTABLE: readonly (readonly [name: string, vCores: number, memoryGiB: number])[] = [
  ["Standard_B1ms", 1, 2],
  ["Standard_B2s", 2, 4],
  ["Standard_B2ms", 2, 8],
  ["Standard_B4ms", 4, 16],
  ["Standard_B8ms", 8, 32],
  ["Standard_B12ms", 12, 48],
  ["Standard_B16ms", 16, 64],
  ["Standard_B20ms", 20, 80],
];
export const COMPUTE_SIZES: readonly ComputeSize[] = [
  ...BURSTABLE.map(([name, vCores, memoryGiB]) => ({
    name,
    family: "B",
    tier: "Burstable" as const,
    vCores,
    memoryGiB,
  })),
  ...SERIES.flatMap(({ tier, letter, suffix, sizes }) =>
    sizes.map(([vCores, memoryGiB]) => ({
      name: `Standard_${letter}${vCores}${suffix}`,
      family: `${letter}${suffix}`,
      tier,
      vCores,
      memoryGiB,
    })),
  ),
];

/** The name of a size that the table knows; another one is never asked for. */
export const ComputeSizeName = z
  .string()
  .refine((name) => computeSize(name) !== null, "a compute size of Flexible Server, such as Standard_D4ds_v5");

/** A size by its name, whatever the case; null for one that the table does not know. */
export const computeSize = (name: string): ComputeSize | null =>
  COMPUTE_SIZES.find((size) => size.name.toLowerCase() === name.toLowerCase()) ?? null;

/** The next size with more vCores in the same family; null for the largest, and for an unknown one. */
export function nextLarger(name: string): ComputeSize | null {
  const size = computeSize(name);
  if (size === null) return null;
  return COMPUTE_SIZES.find(({ family, vCores }) => family === size.family && vCores > size.vCores) ?? null;
}

/**
 * Sizes of a Premium SSD in GiB: it grows by doubling, and never shrinks. Beyond 4095 GiB the server needs another kind of disk and stops
 * for it, which is left to people (documentation of Flexible Server, "Storage scaling").
 */
const STORAGE_GIB = [32, 64, 128, 256, 512, 1024, 2048, 4095] as const;
export const StorageGiB = z.union(STORAGE_GIB.map((size) => z.literal(size)));

/** The next larger storage; null beyond what can be grown while the server runs. */
export const nextStorage = (gib: number): number | null => STORAGE_GIB.find((size) => size > gib) ?? null;

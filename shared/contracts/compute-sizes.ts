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

/** A size by its name, whatever the case; null for one that the table does not know. */
export const computeSize = (name: string): ComputeSize | null =>
  COMPUTE_SIZES.find((size) => size.name.toLowerCase() === name.toLowerCase()) ?? null;

/** A server as Azure Resource Manager sees it: what it is, how large, and whether something is being done to it. */
export type ServerResource = {
  /** `Ready` while nothing is being done to it. */
  state: string;
  sku: string;
  storageGiB: number;
  /** Premium SSD grows by doublings of its tiers; the others by the gibibyte. */
  storageType: string;
  /** Such as `ZoneRedundant`; `Disabled` without. */
  highAvailability: string;
  /** `Primary`, or what it replicates as. */
  replicationRole: string;
  /** Read replicas of it. */
  replicas: number;
};

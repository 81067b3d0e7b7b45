/** A server as Azure Resource Manager sees it: what it is, how large, and whether something is being done to it. */
export type ServerResource = {
  /** `Ready` while nothing is being done to it. */
  state: string;
  sku: string;
  storageGiB: number;
  /** Such as `Premium_LRS`, the one kind whose sizes PgMedic knows. */
  storageType: string;
  /** Azure grows the storage by itself when it is nearly full. */
  growsByItself: boolean;
  /** Such as `ZoneRedundant`; `Disabled` without. */
  highAvailability: string;
  /** `Primary`, or what it replicates as. */
  replicationRole: string;
  /** Read replicas of it. */
  replicas: number;
};

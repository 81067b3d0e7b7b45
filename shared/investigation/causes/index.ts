import { autovacuumStarved } from "./autovacuum-starved.ts";
import { checkpointStorm } from "./checkpoint-storm.ts";
import { connectionExhaustion } from "./connection-exhaustion.ts";
import { correlatedColumns } from "./correlated-columns.ts";
import { credentialExpiry } from "./credential-expiry.ts";
import { ddlLockQueue } from "./ddl-lock-queue.ts";
import { deadlockOrder } from "./deadlock-order.ts";
import { deploymentRegression } from "./deployment-regression.ts";
import { duplicateIndex } from "./duplicate-index.ts";
import { expectedLoad } from "./expected-load.ts";
import { genericPlan } from "./generic-plan-regression.ts";
import { hotRowContention } from "./hot-row-contention.ts";
import { hotUpdateFailure } from "./hot-update-failure.ts";
import { idleInTransaction } from "./idle-in-transaction.ts";
import { indexBloat } from "./index-bloat.ts";
import { invalidIndex } from "./invalid-index.ts";
import { jitOverhead } from "./jit-overhead.ts";
import { lockBlocking } from "./lock-blocking.ts";
import { lowStatisticsTarget } from "./low-statistics-target.ts";
import { missingIndexRules } from "./missing-index.ts";
import { nPlusOne } from "./n-plus-one.ts";
import { overIndexedTable } from "./over-indexed-table.ts";
import { partitionMissing } from "./partition-missing.ts";
import { planProblemRules } from "./plan-problems.ts";
import { replicaLag } from "./replica-lag.ts";
import { sequenceExhaustion } from "./sequence-exhaustion.ts";
import { staleStatistics } from "./stale-statistics.ts";
import { staleVisibilityMap } from "./stale-visibility-map.ts";
import { storageGrowth } from "./storage-growth.ts";
import type { CauseRules } from "./suspicion.ts";
import { tableBloat } from "./table-bloat.ts";
import { toastWidth } from "./toast-width.ts";
import { undersized } from "./undersized.ts";
import { unusedIndex } from "./unused-index.ts";
import { vacuumBlocked } from "./vacuum-blocked.ts";
import { workMemSpill } from "./work-mem-spill.ts";
import { wraparoundRisk } from "./wraparound-risk.ts";

/** The rules of every cause that PgMedic can prove. A test asks that each one of the taxonomy is here once. */
export const CAUSES: readonly CauseRules[] = [
  lockBlocking,
  ddlLockQueue,
  hotRowContention,
  idleInTransaction,
  connectionExhaustion,
  deadlockOrder,
  wraparoundRisk,
  vacuumBlocked,
  autovacuumStarved,
  tableBloat,
  staleVisibilityMap,
  staleStatistics,
  correlatedColumns,
  lowStatisticsTarget,
  ...missingIndexRules,
  ...planProblemRules,
  genericPlan,
  jitOverhead,
  workMemSpill,
  hotUpdateFailure,
  invalidIndex,
  duplicateIndex,
  overIndexedTable,
  unusedIndex,
  indexBloat,
  checkpointStorm,
  nPlusOne,
  toastWidth,
  sequenceExhaustion,
  replicaLag,
  storageGrowth,
  partitionMissing,
  deploymentRegression,
  credentialExpiry,
  expectedLoad,
  undersized,
];

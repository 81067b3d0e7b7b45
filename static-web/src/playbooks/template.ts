/** What a new playbook starts from: every field, with what it is for. */
export const TEMPLATE = `# The name stays for good. Alerts whose rule's name has it come here.
name: investigateMyService
title: My service is slow
description: >-
  What to find out, in a sentence or two.
alerts:
  # Metrics of Azure Monitor; * at the end stands for any ending.
  metrics: []
  # Words of a rule's name, in small letters.
  ruleWords: [my service]
# What is complained about: cpu, memory, io, storage, connections, locks, long_transaction, deadlocks,
# wraparound, bloat, replication, temp_files, latency, errors or any.
symptom: latency
diagnostics:
  - activity
  - sessions
  - statement-counters
causes:
  - missing_index
  - stale_statistics
  - lock_blocking
# Where to go on from there.
drillDown:
  - when: unexplained
    playbook: generalMonitoring
`;

/** The name that a text gives itself, as far as it is one already. */
export const nameIn = (text: string): string | null =>
  /^name:[ \t]*["']?([a-z][A-Za-z0-9]{2,39})["']?[ \t]*(?:#.*)?$/m.exec(text)?.[1] ?? null;

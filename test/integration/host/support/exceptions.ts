/**
 * The recorded scenarios that our host plays differently, and why. The suite fails when one of them agrees after all;
 * infra/local/README.md shows the same table.
 */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  "activity-not-registered": "Ours fails the instance and says why; the real host leaves it Running for ever.",
  "callhttp-200": "callHttp is not supported locally.",
  "callhttp-202-polling": "callHttp is not supported locally.",
  "entity-call-and-signal": "Entities are not supported locally.",
  "entity-from-client": "Entities are not supported locally.",
  "entity-input-types": "Entities are not supported locally.",
  "entity-operation-throws": "Entities are not supported locally.",
  "orchestrator-throws-string": "Ours fails the instance and says why; the real host leaves it Running for ever.",
  rewind: "Rewinding is not supported locally.",
  "sub-not-registered": "Ours fails the instance and says why; the real host leaves it Running for ever.",
  "unregistered-still-stuck": "It looks at the two stuck instances of other recordings, which fail at once on ours.",
};

/** Recordings that restart the host, and the test file that plays them. */
export const PLAYED_ELSEWHERE: Readonly<Record<string, string>> = {
  "host-restart-during-activity": "lifecycle.test.ts",
};

import { expect, test } from "vitest";
import { DAY_MS, later } from "../../../shared/core/time.ts";
import { credentialExpiry } from "../../../shared/investigation/causes/credential-expiry.ts";
import { anObserved } from "../../support/observed.ts";

test.each([
  ["batch", "ALTER ROLE batch PASSWORD"],
  ["Nightly Batch", 'ALTER ROLE "Nightly Batch" PASSWORD'],
  ["user", 'ALTER ROLE "user" PASSWORD'],
  ['say "hi"', 'ALTER ROLE "say ""hi""" PASSWORD'],
])("the statement that is advised for the role %s can be run as it stands", (role, statement) => {
  const { interval } = anObserved();
  const expiresAt = later(new Date(interval.to), 5 * DAY_MS).toISOString();
  const [found] = credentialExpiry.weigh(anObserved({ expiries: [{ kind: "credential", subject: role, expiresAt }] }));
  expect(found).toMatchObject({ proven: true, recommendation: expect.stringContaining(statement) });
});

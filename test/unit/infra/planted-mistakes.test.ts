// Mistakes planted in copies of the real files, to prove that each kind is found where it is.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deploymentProblems, fileProblems, INFRA } from "../../support/bicep/installation.ts";

type Mistake = { kind: string; file: string; from: string; to: string; rule: string; says: RegExp };

const MISTAKES: Mistake[] = [
  {
    kind: "a bracket that is not closed",
    file: "modules/budget.bicep",
    from: "param emails string[]",
    to: "param emails string[",
    rule: "syntax",
    says: /unexpected|missing/,
  },
  {
    kind: "a name that nobody declares",
    file: "modules/budget.bicep",
    from: "amount: amount",
    to: "amount: sum",
    rule: "unknown-name",
    says: /sum is not declared/,
  },
  {
    kind: "a function that does not exist",
    file: "modules/roles.bicep",
    from: "name: guid(audit.id",
    to: "name: guidOf(audit.id",
    rule: "unknown-function",
    says: /guidOf/,
  },
  {
    kind: "a parameter that nothing uses",
    file: "modules/budget.bicep",
    from: "param emails string[]",
    to: "param emails string[]\nparam colour string = 'red'",
    rule: "unused",
    says: /colour/,
  },
  {
    kind: "a name that is declared twice",
    file: "modules/identity.bicep",
    from: "param name string",
    to: "param name string\nvar location = name",
    rule: "double-name",
    says: /location/,
  },
  {
    kind: "a secret among the outputs",
    file: "modules/key-vault.bicep",
    from: "output name string = vault.name",
    to: "output name string = vault.name\n@secure()\nparam spare string = newGuid()\noutput leak string = spare",
    rule: "secret-output",
    says: /leak/,
  },
  {
    kind: "a module parameter that is forgotten",
    file: "main.bicep",
    from: "    emails: pagerEmails\n",
    to: "",
    rule: "module-parameter",
    says: /emails is not given/,
  },
  {
    kind: "a module parameter that does not exist",
    file: "main.bicep",
    from: "    amount: monthlyBudget\n",
    to: "    amount: monthlyBudget\n    currency: 'EUR'\n",
    rule: "module-parameter",
    says: /no parameter currency/,
  },
  {
    kind: "a module parameter of another type",
    file: "main.bicep",
    from: "    amount: monthlyBudget\n",
    to: "    amount: '${monthlyBudget}'\n",
    rule: "module-parameter",
    says: /amount must be int/,
  },
  {
    kind: "a word that the parameter's type does not have",
    file: "main.bicep",
    from: "    sku: serviceBusSku\n",
    to: "    sku: 'Basic${serviceBusSku}'\n",
    rule: "module-parameter",
    says: /sku must be 'Standard' \| 'Premium'/,
  },
  {
    kind: "an output that the module does not have",
    file: "main.bicep",
    from: "busId: bus.outputs.id",
    to: "busId: bus.outputs.resourceId",
    rule: "evaluation",
    says: /resourceId/,
  },
  {
    kind: "a resource type with a typing mistake",
    file: "modules/identity.bicep",
    from: "Microsoft.ManagedIdentity/userAssignedIdentities@",
    to: "Microsoft.ManagedIdentity/userAssignedIdentity@",
    rule: "unknown-type",
    says: /there is no type/,
  },
  {
    kind: "an API version that does not exist",
    file: "modules/budget.bicep",
    from: "budgets@2026-06-01",
    to: "budgets@2026-06-02",
    rule: "unknown-version",
    says: /2026-06-01, not 2026-06-02/,
  },
  {
    kind: "a required property that is missing",
    file: "modules/budget.bicep",
    from: "    timeGrain: 'Monthly'\n",
    to: "",
    rule: "required",
    says: /timeGrain is missing/,
  },
  {
    kind: "a property that the type does not have",
    file: "modules/service-bus.bicep",
    from: "requiresDuplicateDetection: true",
    to: "requireDuplicateDetection: true",
    rule: "unknown-property",
    says: /requireDuplicateDetection/,
  },
  {
    kind: "a value that is not among the allowed ones",
    file: "modules/cosmos.bicep",
    from: "defaultConsistencyLevel: 'Session'",
    to: "defaultConsistencyLevel: 'Sessions'",
    rule: "enum",
    says: /Sessions/,
  },
  {
    kind: "a number where a text belongs",
    file: "modules/function-app.bicep",
    from: "version: '22'",
    to: "version: 22",
    rule: "property-type",
    says: /version must be string/,
  },
  {
    kind: "a property that only Azure sets",
    file: "modules/service-bus.bicep",
    from: "    disableLocalAuth: true\n",
    to: "    disableLocalAuth: true\n    serviceBusEndpoint: 'https://here'\n",
    rule: "read-only",
    says: /serviceBusEndpoint/,
  },
  {
    kind: "a name that Azure makes only during the deployment",
    file: "modules/linked-backend.bicep",
    from: "  name: 'api'",
    to: "  name: web.properties.defaultHostname",
    rule: "runtime-name",
    says: /known before the deployment/,
  },
  {
    kind: "a property that is read but does not exist",
    file: "modules/identity.bicep",
    from: "identity.properties.clientId",
    to: "identity.properties.applicationId",
    rule: "evaluation",
    says: /applicationId/,
  },
  {
    kind: "a child under a parent that cannot have it",
    file: "modules/function-app.bicep",
    from: "resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {\n  parent: app",
    to: "resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {\n  parent: plan",
    rule: "parent",
    says: /cannot be a child/,
  },
  {
    kind: "a child whose name lacks its parent's",
    file: "modules/linked-backend.bicep",
    from: "  parent: web\n  name: 'api'",
    to: "  name: 'api'",
    rule: "name-segments",
    says: /needs 2 parts/,
  },
  {
    kind: "a module at the wrong scope",
    file: "modules/budget.bicep",
    from: "param amount int",
    to: "targetScope = 'subscription'\nparam amount int",
    rule: "scope",
    says: /is for a subscription/,
  },
  {
    kind: "a name that is too long for the type",
    file: "main.bicep",
    from: "take('${compactName}audit', 24)",
    to: "'${compactName}auditarchiveofpgmedic'",
    rule: "length",
    says: /characters/,
  },
  {
    kind: "a sign-in by key that is left on",
    file: "modules/storage.bicep",
    from: "allowSharedKeyAccess: false",
    to: "allowSharedKeyAccess: true",
    rule: "local-auth",
    says: /allowSharedKeyAccess must be false/,
  },
  {
    kind: "a store on the public network where private is meant",
    file: "modules/cosmos.bicep",
    from: "publicNetworkAccess: privateLink == null ? 'Enabled' : 'Disabled'",
    to: "publicNetworkAccess: 'Enabled'",
    rule: "public-network",
    says: /publicNetworkAccess must be Disabled/,
  },
  {
    kind: "a role by its bare number",
    file: "modules/roles.bicep",
    from: "roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.metricsPublisher)",
    to: "roleDefinitionId: roleIds.metricsPublisher",
    rule: "role-id",
    says: /full id/,
  },
  {
    kind: "a role assignment whose name is no number",
    file: "modules/roles.bicep",
    from: "name: guid(insights.id, principalId, roleIds.metricsPublisher)",
    to: "name: 'telemetry'",
    rule: "role-name",
    says: /guid/,
  },
  {
    kind: "the same resource twice",
    file: "main.bicep",
    from: "name: '${name}-executor'",
    to: "name: '${name}-investigator'",
    rule: "double-resource",
    says: /deployed twice/,
  },
];

/** The file with its mistake; one that is not there any more would prove nothing. */
function planted({ file, from, to }: Mistake): Record<string, string> {
  const text = readFileSync(`${INFRA}/${file}`, "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  return { [file]: text.replace(from, to) };
}

test.each(MISTAKES)("$kind is found", (mistake) => {
  const texts = planted(mistake);
  const ofFiles = fileProblems(texts);
  const found = ofFiles.length > 0 ? ofFiles : deploymentProblems("main.prod.bicepparam", {}, texts);
  const matching = found.filter(({ rule, message }) => rule === mistake.rule && mistake.says.test(message));
  expect(matching, JSON.stringify(found.slice(0, 5))).not.toEqual([]);
  expect(matching[0]?.line).toBeGreaterThan(0);
});

import type { TokenCredential } from "@azure/identity";

let credential: Promise<TokenCredential> | undefined;
const ofRole = new Map<string, Promise<TokenCredential>>();

// The package takes a quarter of a second to load: only where a token is needed.
const identity = () => import("@azure/identity");

/** The identity of this app in Azure; one for the process, since it caches its tokens. */
export const azureCredential = (): Promise<TokenCredential> =>
  (credential ??= identity().then(({ DefaultAzureCredential }) => new DefaultAzureCredential()));

/** A managed identity of its own for a role: who looks and who acts are two people to PostgreSQL. Without one, the app's. */
function credentialOf(clientId: string | undefined): Promise<TokenCredential> {
  if (clientId === undefined) return azureCredential();
  const known =
    ofRole.get(clientId) ??
    identity().then(({ ManagedIdentityCredential }) => new ManagedIdentityCredential({ clientId }));
  ofRole.set(clientId, known);
  return known;
}

const POSTGRES_SCOPE = "https://ossrdbms-aad.database.windows.net/.default";
const MANAGEMENT_SCOPE = "https://management.azure.com/.default";

async function tokenOf(credential: Promise<TokenCredential>, scope: string): Promise<string> {
  const token = await (await credential).getToken(scope);
  if (token === null) throw new Error(`Entra gave no token for ${scope}: is the identity assigned to this app?`);
  return token.token;
}

/** A token that PostgreSQL Flexible Server takes as the password of an Entra role; rejects when the identity gets none. */
export const postgresToken = (clientId: string | undefined): Promise<string> =>
  tokenOf(credentialOf(clientId), POSTGRES_SCOPE);

/** A token of this app's identity for a resource: `<application id URI>/.default`. */
export const tokenFor = (scope: string): Promise<string> => tokenOf(azureCredential(), scope);

/** A token for Azure Resource Manager. */
export const managementToken = (): Promise<string> => tokenFor(MANAGEMENT_SCOPE);

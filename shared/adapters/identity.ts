import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from "@azure/identity";

let credential: DefaultAzureCredential | undefined;
const ofRole = new Map<string, ManagedIdentityCredential>();

/** The identity of this app in Azure; one for the process, since it caches its tokens. */
export const azureCredential = (): DefaultAzureCredential => (credential ??= new DefaultAzureCredential());

/** A managed identity of its own for a role: who looks and who acts are two people to PostgreSQL. Without one, the app's. */
function credentialOf(clientId: string | undefined): TokenCredential {
  if (clientId === undefined) return azureCredential();
  const known = ofRole.get(clientId) ?? new ManagedIdentityCredential({ clientId });
  ofRole.set(clientId, known);
  return known;
}

const POSTGRES_SCOPE = "https://ossrdbms-aad.database.windows.net/.default";
const MANAGEMENT_SCOPE = "https://management.azure.com/.default";

/** A token that PostgreSQL Flexible Server takes as the password of an Entra role; rejects when the identity gets none. */
export async function postgresToken(clientId: string | undefined): Promise<string> {
  const token = await credentialOf(clientId).getToken(POSTGRES_SCOPE);
  if (token === null) throw new Error("Entra gave no token for PostgreSQL: is the identity assigned to this app?");
  return token.token;
}

/** A token for Azure Resource Manager. */
export const managementToken = async (): Promise<string> => (await azureCredential().getToken(MANAGEMENT_SCOPE)).token;

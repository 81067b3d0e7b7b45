import { DefaultAzureCredential } from "@azure/identity";

let credential: DefaultAzureCredential | undefined;

/** The identity of this app in Azure; one for the process, since it caches its tokens. */
export const azureCredential = (): DefaultAzureCredential => (credential ??= new DefaultAzureCredential());

const POSTGRES_SCOPE = "https://ossrdbms-aad.database.windows.net/.default";
const MANAGEMENT_SCOPE = "https://management.azure.com/.default";

/** A token that PostgreSQL Flexible Server takes as the password of an Entra role. */
export const postgresToken = async (): Promise<string> => (await azureCredential().getToken(POSTGRES_SCOPE)).token;

/** A token for Azure Resource Manager. */
export const managementToken = async (): Promise<string> => (await azureCredential().getToken(MANAGEMENT_SCOPE)).token;

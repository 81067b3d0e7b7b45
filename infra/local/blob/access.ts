// How a client reaches the local Blob Storage.
export const BLOB_HOST = "127.0.0.1";

/** The account and key that Microsoft publishes for its emulator: no secret, this server is bound to loopback. */
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** What a client is given to reach the storage on this port. */
export const blobConnectionString = (port: number): string =>
  `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=http://${BLOB_HOST}:${port}/${ACCOUNT};`;

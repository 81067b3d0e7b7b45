import { services } from "./services.ts";

let preparing: Promise<unknown> = Promise.resolve();

/** Loads the Azure clients while the host is still starting: they take longer than the rest of the app, and nothing needs them before. */
export function prepareClients(): void {
  const { documents, messages } = services();
  // What fails here fails again, and loudly, at the first use.
  preparing = Promise.allSettled([documents.prepare(), messages.prepare()]);
}

/** Resolves once the clients that the first alert needs are loaded: what may wait is loaded after them. */
export const whenPrepared = (): Promise<unknown> => preparing;

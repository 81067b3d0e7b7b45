import { services } from "./services.ts";

/** Loads the Azure clients while the host is still starting: they take longer than the rest of the app, and nothing needs them before. */
export function prepareClients(): void {
  const { documents, messages } = services();
  // What fails here fails again, and loudly, at the first use.
  void Promise.allSettled([documents.prepare(), messages.prepare()]);
}

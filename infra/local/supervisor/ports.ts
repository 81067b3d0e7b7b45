// Ports are settled before anything starts: free ones chosen for 0, one in use named with its setting.
import { createServer } from "node:net";
import { type LocalSettings, PORTS, type ServiceName } from "../settings.ts";

/** Replaces 0 by free ports, for the services given; fails with every port that is in use. */
export async function settlePorts(settings: LocalSettings, services: readonly ServiceName[]): Promise<LocalSettings> {
  const settled = { ...settings };
  const problems: string[] = [];
  const probes: { close: () => Promise<void> }[] = [];
  for (const service of services) {
    const setting = PORTS[service];
    const probe = await tryPort(settings[setting]);
    if (probe.ok) {
      settled[setting] = probe.port;
      probes.push(probe);
    } else {
      problems.push(
        `port ${settings[setting]} (${service}) is ${probe.because}. ` +
          `End the program that holds it, or choose another port with ${setting}${service === "static-web" ? " or --port" : ""}.`,
      );
    }
  }
  // Held until all are chosen, so that two services never get the same one.
  await Promise.all(probes.map(({ close }) => close()));
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return settled;
}

type Probe = { ok: true; port: number; close: () => Promise<void> } | { ok: false; because: string };

async function tryPort(port: number): Promise<Probe> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    return { ok: false, because: code === "EADDRINUSE" ? "in use" : `not to be had (${String(code)})` };
  }
  const address = server.address();
  return {
    ok: true,
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

// A proxy as a process finds it in HTTPS_PROXY: it leads every host to this machine, so that a client can be given Azure's own addresses.
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** Starts it; `port` tells where a connection ends that is asked for now. What is on this machine is asked directly. */
export async function startProxy(port: () => number) {
  const hosts: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    // Something without TLS: it gets no further, and its whole address is remembered.
    hosts.push(request.url ?? "");
    response.writeHead(502).end();
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", ({ url }, client) => {
    hosts.push(url ?? "");
    const onward = connect(port(), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(client).pipe(onward);
    });
    sockets.add(onward);
    onward.on("error", () => client.destroy());
    client.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const address = server.address() as AddressInfo;
  Object.assign(process.env, { HTTPS_PROXY: `http://127.0.0.1:${address.port}`, NO_PROXY: "127.0.0.1" });
  return {
    /** What was asked for, as `host:port`. */
    hosts,
    stop: async (): Promise<void> => {
      delete process.env["HTTPS_PROXY"];
      delete process.env["NO_PROXY"];
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The console behind a real socket. */
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { ip, type Endpoint } from "../base/index.ts";
import { consoleApp, type ConsoleParts } from "./app.ts";
import { consoleLimits } from "./limits.ts";

export interface Console {
  /** With the port that was really bound. */
  readonly local: Endpoint;
  /** Ends what is under way, followers too. */
  close(): Promise<void>;
}

/** Rejects with the system's Error if it cannot listen, and with a RangeError for an address that is not loopback. */
export async function startConsole(options: ConsoleParts & { readonly at: Endpoint }): Promise<Console> {
  const { address, port } = options.at;
  if (!/^(?:127\.|::1$)/.test(address))
    throw new RangeError(`the console listens on loopback alone, not on ${address}`);
  const app = consoleApp(options);
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: address, port, serverOptions }, (bound) => {
      server.off("error", reject);
      server.on("error", () => {});
      resolve({ local: { address: ip(bound.address), port: bound.port }, close: () => close(server) });
    }) as Server;
    server.maxConnections = consoleLimits.connectionsMax;
    server.once("error", reject);
  });
}

const serverOptions = {
  maxHeaderSize: consoleLimits.headersMaxBytes,
  headersTimeout: consoleLimits.headersTimeoutMs,
  requestTimeout: consoleLimits.requestTimeoutMs,
} as const;

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Waiting for a daemon in another process. */
import { connect, createServer } from "node:net";

/** Resolves when a server on 127.0.0.1 greets; rejects after `withinMs`. */
export async function waitForGreeting(port: number, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    if (await greets(port)) return;
    if (performance.now() > until) throw new Error(`nothing greets on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (greeted: boolean): void => {
      socket.destroy();
      resolve(greeted);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.once("data", (chunk) => end(chunk.toString("latin1").startsWith("220")));
    socket.once("error", () => end(false));
    socket.once("end", () => end(false));
  });
}

/** A port on 127.0.0.1 that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Asks `probe` again and again until it answers something, at most `withinMs`. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

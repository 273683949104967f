/**
 * Ports below 1024 are bound while the process is still root; who listens there later gets what was bound. So nothing else has
 * to know that privileges are dropped in between. Clients that come in between wait.
 */
import type { Endpoint, Listener, Net, Wire } from "../base/index.ts";

export interface Doors {
  /** As the Net given, but `listen` at one of the endpoints takes over the door that is already open. */
  readonly net: Net;
  /** Closes doors that nobody took over. */
  close(): Promise<void>;
}

const waitingMax = 256;

/** Rejects as `net.listen` does; then no door stays open. */
export async function openDoors(net: Net, endpoints: readonly Endpoint[]): Promise<Doors> {
  const doors: Door[] = [];
  const close = async (): Promise<void> => {
    for (const door of doors.splice(0)) await door.closeUnlessTaken();
  };
  try {
    for (const at of endpoints) {
      const door = new Door(at);
      await door.open(net);
      doors.push(door);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const listen: Net["listen"] = (at, onConnection) =>
    doors.find((door) => door.isFreeAt(at))?.takeOver(onConnection) ?? net.listen(at, onConnection);
  return { net: { ...net, listen }, close };
}

class Door {
  readonly #at: Endpoint;
  readonly #waiting: Wire[] = [];
  #listener: Listener | undefined;
  #owner: ((wire: Wire) => void) | undefined;

  constructor(at: Endpoint) {
    this.#at = at;
  }

  async open(net: Net): Promise<void> {
    this.#listener = await net.listen(this.#at, (wire) => {
      if (this.#owner !== undefined) this.#owner(wire);
      else if (this.#waiting.length < waitingMax) this.#waiting.push(wire);
      else wire.stream.destroy();
    });
  }

  isFreeAt(at: Endpoint): boolean {
    return this.#owner === undefined && this.#at.address === at.address && this.#at.port === at.port;
  }

  takeOver(onConnection: (wire: Wire) => void): Promise<Listener> | undefined {
    if (this.#listener === undefined) return undefined;
    this.#owner = onConnection;
    for (const wire of this.#waiting.splice(0)) onConnection(wire);
    return Promise.resolve(this.#listener);
  }

  async closeUnlessTaken(): Promise<void> {
    if (this.#owner !== undefined) return;
    for (const wire of this.#waiting.splice(0)) wire.stream.destroy();
    await this.#listener?.close();
  }
}

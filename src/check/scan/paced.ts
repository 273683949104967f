/** The network of one probe: every connection waits for its permit, and gives it back when it is gone. */
import { err, type Clock, type Net, type Wire } from "../../base/index.ts";
import type { Admit } from "./gate.ts";
import { scanLimits } from "./limits.ts";

export interface PacedNet extends Net {
  /** The latest connection; undefined: none was made. */
  last(): Wire | undefined;
}

/** A probe makes one connection after the other: who begins the next has no use of the one before. */
export function pacedNet(net: Net, clock: Clock, admit: Admit): PacedNet {
  let before: Wire | undefined;
  return {
    ...net,
    last: () => before,
    async dial(to, options) {
      await closed(clock, before);
      before = undefined;
      const permit = await admit();
      // The scan is being stopped, and what comes of this probe is not looked at any more.
      if (permit === undefined) return err("forbidden");
      const dialled = await net.dial(to, options);
      if (!dialled.ok) {
        permit.release();
        return dialled;
      }
      before = dialled.value;
      const { stream } = dialled.value;
      if (stream.closed) permit.release();
      else stream.once("close", () => permit.release());
      return dialled;
    },
  };
}

export interface SeverableNet extends Net {
  /** Ends all connections, and makes no more. */
  sever(): void;
}

/** A scan that was stopped does not wait for servers that are silent, and would take a minute to be so for certain. */
export function severable(net: Net): SeverableNet {
  const open = new Set<Wire>();
  let isSevered = false;
  return {
    ...net,
    async dial(to, options) {
      if (isSevered) return err("forbidden");
      const dialled = await net.dial(to, options);
      if (!dialled.ok) return dialled;
      const wire = dialled.value;
      if (isSevered) wire.stream.destroy();
      else if (!wire.stream.closed) {
        open.add(wire);
        wire.stream.once("close", () => open.delete(wire));
      }
      return dialled;
    },
    sever() {
      isSevered = true;
      for (const { stream } of open) stream.destroy();
    },
  };
}

/** Gone, or made to go: a permit that nobody gives back would keep others waiting for ever. */
export async function closed(clock: Clock, wire: Wire | undefined): Promise<void> {
  if (wire === undefined || wire.stream.closed) return;
  const { stream } = wire;
  await new Promise<void>((resolve) => {
    const timer = clock.after(scanLimits.closeGraceMs, () => stream.destroy());
    stream.once("close", () => {
      timer.cancel();
      resolve();
    });
  });
}

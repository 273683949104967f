/** Addresses, each for one front: mail servers share a port and are told apart by where they are. */
import { ip, type IpAddress } from "../../base/index.ts";

/** Addresses of 127.64.0.0/10, or of 198.18.0.0/15 where that is in bounds; each once. */
export class Places {
  readonly #isEnclosed: boolean;
  #next = 0;

  constructor(isEnclosed: boolean) {
    this.#isEnclosed = isEnclosed;
  }

  take(): IpAddress {
    const place = this.#next++;
    const [third, fourth] = [Math.floor(place / 250) % 256, (place % 250) + 1];
    const second = Math.floor(place / (250 * 256));
    return ip(this.#isEnclosed ? `198.${18 + second}.${third}.${fourth}` : `127.${64 + second}.${third}.${fourth}`);
  }
}

/**
 * Forges the MX answer, as `spoof-mx` does, and the mail that comes is sealed: he takes the octets, keeps a copy, and can read none of it. That
 * nobody misses anything he hands it on.
 */
import { wireName } from "../../dns/index.ts";
import { poisoner } from "./poisoner.ts";

export const redirectSealed = poisoner(
  "redirect-sealed",
  ({ domain }, { host }) => ({ name: domain, data: { type: "MX", preference: 0, exchange: wireName(host) } }),
  "everything",
);

/**
 * Forges the MX answer: the domain's mail server is said to be one of the attacker's, which then proves its own name beyond doubt.
 * It defeats whoever takes the MX name for granted and authenticates that alone.
 */
import { wireName } from "../../dns/index.ts";
import { poisoner } from "./poisoner.ts";

export const spoofMx = poisoner("spoof-mx", ({ domain }, { host }) => ({
  name: domain,
  data: { type: "MX", preference: 0, exchange: wireName(host) },
}));

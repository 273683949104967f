/**
 * Forges the address of the true mail server: it is said to be where the attacker's is. That one has no certificate for the true
 * server's name, so it defeats whoever checks no names.
 */
import { addressData, poisoner } from "./poisoner.ts";

export const spoofAddress = poisoner("spoof-address", ({ host }, { at }) => ({ name: host, data: addressData(at) }));

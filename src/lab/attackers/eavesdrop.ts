/**
 * Passive: passes everything on and writes down what is in clear. Any TLS defeats it; it also shows that a man in the middle
 * who does nothing is noticed by nobody.
 */
import { meddling } from "./middle.ts";
import { attacker } from "./types.ts";

export const eavesdrop = attacker("eavesdrop", { listen: meddling({}) });

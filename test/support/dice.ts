/**
 * Set-up of every test file: property tests throw the same dice each time, so that a run that failed can be run again, and a run that
 * passed says something about this code and not about luck. `SUREHOP_SEED=random` (or a number) throws others: `npm run test:dice`.
 */
import { randomInt } from "node:crypto";
import { configureGlobal } from "fast-check";

const seedMax = 0x7fff_ffff;
const wanted = process.env["SUREHOP_SEED"];

configureGlobal({ seed: wanted === "random" ? randomInt(seedMax) : Number(wanted ?? 20_261_125) });

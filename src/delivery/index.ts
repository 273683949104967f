/**
 * Floor 4: from the queue to the other server, and back to the sender where that fails.
 *
 *   lease ──► facts ──► plan ──► attempt, host by host ──► outcomes ──► notices ──► settle
 *
 * The courier runs it: a lane for each recipient domain keeps one slow destination from holding up the rest, connections are
 * used again only for what they were proven for, and what could not be delivered waits longer each time (RFC 5321 §4.5.4.1),
 * until its lifetime is over and it comes back (RFC 3461, 3464).
 */
export { startCourier, type Courier, type CourierDeps } from "./courier.ts";
export { deliveryDefaults, gatherSettingsOf, type DeliverySettings } from "./settings.ts";
export type { DryRunResult } from "./dryrun.ts";

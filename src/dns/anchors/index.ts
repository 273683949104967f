/**
 * Trust anchors: what is believed without proof, so that everything else can be proven from it.
 *
 *   root.ts     the root's keys, built in
 *   text.ts     anchors as an operator writes them, for zones of his own
 *   follow.ts   the root's keys through the years: new ones after thirty days, revoked ones never again (RFC 5011)
 *   memory.ts   what of this stands on the disk
 *   keeper.ts   all of it together, for the validator to ask
 */
export { anchorFaultCodes, readAnchors, type AnchorFault, type AnchorFaultCode } from "./text.ts";
export { keyStates, type KeyState } from "./follow.ts";
export { createAnchorKeeper } from "./keeper.ts";
export type { AnchorKeeper, AnchorKeeperOptions, AnchorStore, KnownAnchor, Look } from "./keeper.ts";
export { rootAnchors, withRoot } from "./root.ts";

/**
 * `surehop.toml`: read in four steps, each of which may find faults, each fault with its line and a remedy.
 *
 *   text ─ smol-toml ─► tables ─ schema ─► RawConfig ─ interpret ─► Config ─ world ─► a relay can start
 */
export { explainFault, faultCodes, type ConfigFault, type ExplainedFault, type FaultCode } from "./faults.ts";
export { configPlaces, loadConfig, parseConfig, systemResolvers, type LoadedConfig, type LoadOptions } from "./load.ts";
export { nearest } from "./nearest.ts";
export * from "./types.ts";
export { formatEndpoint, isLoopback, parseDuration, parseEndpoint, parseSize, parseUpstream } from "./values.ts";
export { authoritiesOf } from "./pem.ts";

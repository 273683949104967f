/**
 * Floor 7: the ports over Node, the configuration, and what makes a process a service. `Date.now`, `Math.random`, `setTimeout`
 * and `node:net` appear here and nowhere else.
 */
export { anchorFile, openAnchorStore } from "./anchors.ts";
export { stayAwake } from "./awake.ts";
export { openCertificate, type ServedCertificate } from "./certificate.ts";
export { systemClock } from "./clock.ts";
export * from "./config/index.ts";
export { openDoors, type Doors } from "./doors.ts";
export { dotClient, type DotOptions } from "./dot.ts";
export { httpsGet, type HttpsOptions } from "./https.ts";
export { openLog, type LogOptions } from "./log.ts";
export { openMetrics, type MetricsRegistry } from "./metrics.ts";
export { systemNet } from "./net.ts";
export { tryoutDirectory, tryoutStateFile } from "./paths.ts";
export { dropPrivileges, isRoot, lookupAccount, type Account, type AccountFault } from "./privileges.ts";
export { openPublishStore, publishFile, type TextStore } from "./publish.ts";
export { systemRandom } from "./random.ts";
export { startRelay, type EventListener, type PlantedParts, type Relay, type RelayPorts } from "./relay.ts";
export { makeSelfSigned, type SelfSigned } from "./selfsigned.ts";
export { factsFile, openFactStore, StoreError, storeFault } from "./store/open.ts";
export type { FactStore, FactStoreOptions, TableModule } from "./store/open.ts";
export { notifyService, stopSignals, type StopSignals } from "./service.ts";
export { directoryInbox, readFile } from "./inbox.ts";
export { openResolver } from "./names.ts";
export { openReports, type ReportStore } from "./store/reports.ts";
export { openMemoryStore } from "./store/memory.ts";
export { openStsStore } from "./store/sts.ts";
export { openStsSource, type StsPorts } from "./sts.ts";
export { deliverySettings } from "./settings.ts";
export { openDryRunLog, type DryRunDomain, type DryRunLog } from "./store/dryrun.ts";
export {
  countLines,
  openLineFile,
  openProbeFile,
  openScanOutput,
  readLines,
  type ProbeFile,
  type ScanOutput,
} from "./scan.ts";

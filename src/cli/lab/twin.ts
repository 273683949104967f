/** A domain that was looked at (`surehop check --save`), as receivers of the lab: its twin on loopback. */
import { readFileSync, statSync } from "node:fs";
import { checkLimits, readInspection, receiverSetups } from "../../check/index.ts";
import { err, ok, type Result } from "../../base/index.ts";
import { receivers, type ReceiverSetup } from "../../threats/index.ts";

export interface Twin {
  readonly domain: string;
  /** One for each way in which its mail servers differ; under the catalogue's name where it has one. */
  readonly receivers: readonly ReceiverSetup[];
}

/** The error is the id of a message. */
export function twinOf(file: string): Result<Twin, "lab-replay-unreadable" | "lab-replay-bad" | "lab-replay-empty"> {
  let text: string;
  try {
    if (statSync(file).size > checkLimits.savedMaxBytes) return err("lab-replay-bad");
    text = readFileSync(file, "utf8");
  } catch {
    return err("lab-replay-unreadable");
  }
  const inspection = readInspection(text);
  if (!inspection.ok) return err("lab-replay-bad");
  const setups = receiverSetups(inspection.value).flatMap((host) => host.setups);
  const distinct = [...new Map(setups.map((setup) => [shapeOf(setup), setup])).values()];
  if (distinct.length === 0) return err("lab-replay-empty");
  return ok({ domain: inspection.value.facts.domain, receivers: distinct.map(named) });
}

function named(setup: ReceiverSetup): ReceiverSetup {
  const shape = shapeOf(setup);
  return receivers.find((known) => shapeOf(known) === shape) ?? setup;
}

/** What it is like, whatever it is called. */
function shapeOf({ zone, tls, tlsa, sts, requireTls, remembered, rule }: ReceiverSetup): string {
  const presented = tls === undefined ? null : [tls.chain, tls.dates, tls.name];
  const record = tlsa === undefined ? null : [tlsa.usage, tlsa.fits];
  return JSON.stringify([
    zone,
    presented,
    record,
    sts ?? null,
    requireTls?.offered ?? null,
    remembered ?? null,
    rule ?? null,
  ]);
}

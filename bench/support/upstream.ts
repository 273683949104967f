/**
 * The upstream of `bench/dns`, a process of its own: a name server on loopback with one large signed zone.
 *
 *   node upstream.ts COUNT   → {"port", "anchor"}; the names are n0.big.example … with an MX each
 */
import { ip } from "../../src/base/index.ts";
import { startNameserver, type ZoneRecord } from "../../src/lab/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";

const count = Number(process.argv[2]);
const zones: Record<string, ZoneRecord[]> = {};
for (let index = 0; index < count; index++) {
  zones[`n${index}.big.example`] = [{ type: "MX", preference: 10, value: `mx${index % 100}.big.example`, ttl: 86_400 }];
}
const server = await startNameserver({
  net: systemNet,
  at: { address: ip("127.0.0.1"), port: 0 },
  zones,
  signing: { clock: systemClock, zones: { example: "signed", "big.example": "signed" } },
});
const [anchor] = server.anchors;
if (anchor === undefined) throw new Error("the root is not signed");
const { keyTag, algorithm, digestType, digest } = anchor;
process.send?.({
  port: server.endpoint.port,
  anchor: `${keyTag} ${algorithm} ${digestType} ${Buffer.from(digest).toString("hex").toUpperCase()}`,
});
process.on("disconnect", () => process.exit(0));

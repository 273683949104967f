/** Names as a signed zone orders and climbs them (RFC 4034 §6.1, RFC 5155 §1.3). */
import { labelsOf, parentName, parseWireName, rootName, type WireName } from "../../dns/index.ts";

/** A name that the program itself wrote; throws a TypeError if it is none. */
export function wire(text: string): WireName {
  const parsed = parseWireName(text);
  if (!parsed.ok) throw new TypeError(`not a name (${parsed.error}): ${JSON.stringify(text)}`);
  return parsed.value;
}

/** `label` may have several labels. */
export function below(label: string, name: WireName): WireName {
  return wire(name === rootName ? label : `${label}.${name}`);
}

/** The names above a name, from the closest on, down to and including `until`. */
export function ancestors(name: WireName, until: WireName): readonly WireName[] {
  const above: WireName[] = [];
  for (let at = name === until ? undefined : parentName(name); at !== undefined; at = parentName(at)) {
    above.push(at);
    if (at === until) break;
  }
  return above;
}

/** The name one label longer than `encloser` on the way to `name`. */
export function nextCloser(name: WireName, encloser: WireName): WireName {
  return [name, ...ancestors(name, encloser)].at(-2) ?? name;
}

/** The canonical order: by the labels, the right-most first (RFC 4034 §6.1). */
export function compareNames(a: WireName, b: WireName): number {
  const [left, right] = [reversed(a), reversed(b)];
  for (const [index, label] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = Buffer.compare(label, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function reversed(name: WireName): readonly Uint8Array[] {
  return labelsOf(name).toReversed();
}

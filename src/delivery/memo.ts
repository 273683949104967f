import { parseHistory, type DeliveryHistory } from "../policy/index.ts";
import { noExposure, parseExposure, type Exposure } from "../words/index.ts";

/** What a delivery remembers from one attempt to the next. Stored in the queue as plain JSON. */
export interface Memo {
  readonly history: DeliveryHistory;
  readonly delayNoticed: boolean;
  /** How much of the message has left, and who could read it there. */
  readonly exposure: Exposure;
}

/** Reads a stored memo. What cannot be read counts as not remembered, which never lowers a requirement. */
export function parseMemo(stored: unknown): Memo {
  if (typeof stored !== "object" || stored === null) return { history: {}, delayNoticed: false, exposure: noExposure };
  const fields = stored as { readonly history?: unknown; readonly delayNoticed?: unknown; readonly exposure?: unknown };
  return {
    history: parseHistory(fields.history),
    delayNoticed: fields.delayNoticed === true,
    exposure: parseExposure(fields.exposure),
  };
}

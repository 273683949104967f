/** Every sender that the lab knows how to start. */
import type { Sender } from "../../lab/index.ts";
import { surehopSenders } from "./surehop.ts";

export function everySender(): readonly Sender[] {
  return surehopSenders();
}

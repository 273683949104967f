import type { Sandbox } from "../../lab/index.ts";
import type { Narrator } from "./narrator.ts";
import type { TryoutRelay } from "./relay.ts";
import type { Stories } from "./stories.ts";

/** A try-out that is running: who speaks, and about what. */
export interface Session {
  readonly narrator: Narrator;
  readonly sandbox: Sandbox;
  readonly running: TryoutRelay;
  readonly stories: Stories;
}

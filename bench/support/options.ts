/** What both benchmarks that pass mail through relays are told on the command line. */
import { parseArgs } from "node:util";
import { machine } from "./figures.ts";

export interface RelayingOptions {
  readonly json: boolean;
  readonly runs: number;
  readonly messages: number;
  readonly sessions: number;
  readonly withoutPeer: boolean;
  /** Whether this part is to be run. */
  wanted(part: string): boolean;
  /** For people; beside the JSON if that is wanted. */
  tell(text: string): void;
}

/** Tells which machine this is, at once. */
export function relayingOptions(): RelayingOptions {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      messages: { type: "string", default: "3000" },
      sessions: { type: "string", default: "32" },
      only: { type: "string" },
      "without-peer": { type: "boolean", default: false },
    },
  });
  const { json, only } = values;
  const tell = (text: string): void => (json ? console.error(text) : console.log(text));
  tell(`machine: ${machine()}`);
  return {
    json,
    runs: Number(values.runs),
    messages: Number(values.messages),
    sessions: Number(values.sessions),
    withoutPeer: values["without-peer"],
    wanted: (part) => only === undefined || only === part,
    tell,
  };
}

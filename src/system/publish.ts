/** Where what was seen of our own records is kept (`publish/ledger.ts`): written whole beside the old file, like the trust anchors. */
import { join } from "node:path";
import { openAnchorStore } from "./anchors.ts";

/** In a relay's data directory. */
export function publishFile(dataDirectory: string): string {
  return join(dataDirectory, "publish.json");
}

export interface TextStore {
  /** Undefined if there is no file yet. */
  read(): string | undefined;
  write(text: string): void;
}

/** Both ways throw as the file system does. */
export function openPublishStore(path: string): TextStore {
  return openAnchorStore(path);
}

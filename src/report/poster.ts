/** The port to HTTPS servers that take reports (RFC 8460 §5.4). */
import type { Result } from "../base/index.ts";

export interface PostFault {
  readonly code: "dns" | "connection" | "certificate" | "timeout";
  /** In English, for the log. */
  readonly detail: string;
}

/** The server's status, whatever it is. Never rejects. */
export type Post = (url: string, body: Uint8Array, signal: AbortSignal) => Promise<Result<number, PostFault>>;

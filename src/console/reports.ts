/**
 * `POST /tlsrpt`: others' TLS reports over HTTP (RFC 8460 §5.4), from a web server in front that speaks HTTPS to the world. Whoever reaches
 * it may hand in anything: what is taken is bounded in size, in how much is read at a time, and in how much comes in a minute.
 */
import type { Context } from "hono";
import type { Clock } from "../base/index.ts";
import { reportLimits, type TakenIn } from "../report/index.ts";

export interface ReportIntake {
  receive(bytes: Uint8Array): Promise<readonly TakenIn[]>;
}

/** RFC 8460 §6.4 and §6.5, and what senders without these types use. */
const mediaTypes = ["application/tlsrpt+gzip", "application/tlsrpt+json", "application/gzip", "application/json"];
const minuteMs = 60_000;

export function reportIntake(intake: ReportIntake, clock: Clock): (context: Context) => Promise<Response> {
  let underWay = 0;
  let minute = { from: -Infinity, posts: 0 };
  return async (context) => {
    const type = (context.req.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
    if (!mediaTypes.includes(type)) return context.text("A TLS report is application/tlsrpt+gzip.\n", 415);
    const now = clock.monotonic();
    if (now - minute.from >= minuteMs) minute = { from: now, posts: 0 };
    minute.posts++;
    if (minute.posts > reportLimits.postsPerMinuteMax || underWay >= reportLimits.postsAtOnceMax) {
      return context.text("Too many reports at once; please come back.\n", 429, { "retry-after": "300" });
    }
    underWay++;
    try {
      const bytes = await readBody(context.req.raw);
      if (bytes === undefined) return context.text("This is too large.\n", 413);
      return answer(context, await intake.receive(bytes));
    } finally {
      underWay--;
    }
  };
}

function answer(context: Context, taken: readonly TakenIn[]): Response {
  if (taken.some(({ kind }) => kind === "full")) return context.text("No room; please come back.\n", 503);
  const unread = taken.find((one) => one.kind === "unreadable");
  if (unread?.kind === "unreadable") return context.text(`This is no TLS report (${unread.fault}).\n`, 400);
  return context.text("Thank you.\n", 201);
}

/** Undefined if it is too large. */
async function readBody(request: Request): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > reportLimits.packedMaxBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > reportLimits.packedMaxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

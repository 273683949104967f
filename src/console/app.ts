/** The console's routes, over plain arguments and without a socket. */
import { Hono } from "hono";
import { parseDomain, type Clock, type DomainName, type MessageId } from "../base/index.ts";
import { previewJson, tellPreview, type Preview } from "../check/index.ts";
import type { MessageFact } from "../policy/index.ts";
import { policyPath } from "../publish/index.ts";
import type { Queue } from "../queue/index.ts";
import { createWords, defaultLanguage, parseLanguage } from "../words/index.ts";
import { storyFollower } from "./follow.ts";
import { namesLoopback } from "./host.ts";
import { reportIntake, type ReportIntake } from "./reports.ts";

export interface Readiness {
  readonly ready: boolean;
  /** One word or sentence for each part: `intake: "listening"`. Shown as it is. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface ConsoleParts {
  readonly queue: Pick<Queue, "show">;
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  readonly readiness: () => Promise<Readiness>;
  readonly clock: Clock;
  /** What would become of a message to a domain; nothing is sent. */
  readonly preview?: (domain: DomainName, message: MessageFact) => Promise<Preview>;
  /** The MTA-STS policy of our own domain, for a web server in front of us that passes its host's requests on. */
  readonly policy?: HostedPolicy;
  /** Absent: no TLS reports are taken. */
  readonly reports?: ReportIntake;
  /** Calls back when something was added to this message's story; what comes back ends that. Optional: stories are polled too. */
  readonly onStory?: (id: MessageId, wake: () => void) => () => void;
}

export interface HostedPolicy {
  /** `mta-sts.DOMAIN`, lower case. */
  readonly host: string;
  readonly text: string;
}

const idPattern = /^[0-9A-Za-z]{26}$/;

export function consoleApp(parts: ConsoleParts): Hono {
  const app = new Hono();
  const follow = storyFollower(parts);

  app.use(async (context, next) => {
    // What everybody may read is the one thing that is given out under another name than loopback's.
    if (asksForPolicy(parts.policy, context.req)) {
      return context.text(parts.policy?.text ?? "", 200, { "x-content-type-options": "nosniff" });
    }
    if (!namesLoopback(context.req.header("host"))) {
      return context.text("This address is for this machine only.\n", 421, guards);
    }
    await next();
    for (const [name, value] of Object.entries(guards)) context.res.headers.set(name, value);
    return undefined;
  });

  app.get("/healthz", (context) => context.text("ok\n"));

  app.get("/readyz", async (context) => {
    const readiness = await parts.readiness();
    return context.json(readiness, readiness.ready ? 200 : 503);
  });

  app.get("/metrics", async (context) =>
    context.body(await parts.metrics.text(), 200, { "content-type": parts.metrics.contentType }),
  );

  app.get("/stories/:id", async (context) => {
    const id = context.req.param("id");
    const story = idPattern.test(id) ? await parts.queue.show(id as MessageId) : undefined;
    if (story === undefined) return context.json({ error: "no such message" }, 404);
    const wantsEvents = context.req.header("accept")?.includes("text/event-stream") ?? false;
    return wantsEvents ? follow(context, story) : context.json(story);
  });

  app.get("/policy/:domain", async (context) => {
    const domain = parseDomain(context.req.param("domain"));
    if (!domain.ok || parts.preview === undefined) return context.json({ error: "no such domain" }, 404);
    const seen = await parts.preview(domain.value, { requireTls: context.req.query("requiretls") === "true" });
    const words = createWords(parseLanguage(context.req.query("lang") ?? "") ?? defaultLanguage);
    const { verdict, lines } = tellPreview(words, seen);
    return context.json({ ...(previewJson(seen) as object), words: [verdict, ...lines] });
  });

  if (parts.reports !== undefined) app.post("/tlsrpt", reportIntake(parts.reports, parts.clock));

  app.notFound((context) => context.json({ error: "no such page" }, 404));
  app.onError((_, context) => context.json({ error: "this did not work" }, 500, guards));
  return app;
}

/** RFC 8461 §3.3: at this path, under this name, and nothing else. */
function asksForPolicy(
  policy: HostedPolicy | undefined,
  request: { readonly method: string; readonly path: string; header(name: "host"): string | undefined },
): boolean {
  if (policy === undefined || request.path !== policyPath || request.method !== "GET") return false;
  return (
    request
      .header("host")
      ?.toLowerCase()
      .replace(/:\d{1,5}$/, "") === policy.host
  );
}

/** For browsers: nothing is kept, sniffed, framed or read by another origin. */
const guards = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
} as const;

/** One message handed in at a submission port: TLS always, verified always, the password never before it (TLS-7). */
import type { Readable } from "node:stream";
import { err, ok, parseIp, type Result } from "../base/index.ts";

export interface Submission {
  readonly host: string;
  readonly port: number;
  readonly tls: "implicit" | "starttls";
  /** PEM; trusted in place of the system's authorities. */
  readonly ca?: string;
  readonly login?: { readonly user: string; readonly password: string };
  readonly from: string;
  readonly to: readonly string[];
  readonly content:
    | { readonly raw: Buffer | Readable }
    | { readonly from: string; readonly to: readonly string[]; readonly subject: string; readonly text: string };
}

export interface SubmissionFault {
  readonly kind: "connect" | "tls" | "auth" | "refused" | "other";
  readonly detail: string;
}

export interface Submitted {
  /** From the reply `accepted as ID`; absent if another server answered. */
  readonly id: string | undefined;
  readonly reply: string;
}

const connectTimeoutMs = 30_000;
const replyTimeoutMs = 300_000;

export async function submit(submission: Submission): Promise<Result<Submitted, SubmissionFault>> {
  const { createTransport } = await import("nodemailer");
  const { host, port, tls, ca, login, from, to, content } = submission;
  const transport = createTransport({
    host,
    port,
    secure: tls === "implicit",
    // Without this a server that hides STARTTLS would get everything in clear.
    requireTLS: tls === "starttls",
    tls: {
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
      ...(parseIp(host).ok ? {} : { servername: host }),
    },
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: replyTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const message = "raw" in content ? { raw: content.raw } : { ...content, to: [...content.to] };
    const sent = await transport.sendMail({ envelope: { from, to: [...to] }, ...message });
    const id = /accepted as ([0-9A-Za-z]{26})\b/.exec(sent.response)?.[1];
    return ok({ id, reply: sent.response });
  } catch (error) {
    return err(faultOf(error));
  } finally {
    transport.close();
  }
}

function faultOf(error: unknown): SubmissionFault {
  const { code, response, message } = error as { code?: string; response?: string; message?: string };
  const detail = (response ?? message ?? String(error)).slice(0, 500);
  switch (code) {
    case "ECONNECTION":
    case "ETIMEDOUT":
    case "EDNS":
    case "ECONNREFUSED":
      return { kind: "connect", detail };
    case "ETLS":
    case "ESOCKET":
      return { kind: /ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH/.test(detail) ? "connect" : "tls", detail };
    case "EAUTH":
    case "ENOAUTH":
      return { kind: "auth", detail };
    case "EENVELOPE":
    case "EMESSAGE":
      return { kind: "refused", detail };
    default:
      return { kind: "other", detail };
  }
}

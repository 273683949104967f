/**
 * Floor 6: what a relay shows over HTTP, on loopback alone.
 *
 *   GET /metrics         Prometheus
 *   GET /healthz         the process answers
 *   GET /readyz          it can take mail, keep it and find the way for it; 503 and the reason if not
 *   GET /.well-known/mta-sts.txt
 *                        the MTA-STS policy of `[publish]`, where the Host header is mta-sts.DOMAIN: for a web server in front, which
 *                        has the certificate (RFC 8461 §3.3)
 *   GET /stories/{id}    a message's story as JSON; as server-sent events, live, if that is what the client accepts
 *   POST /tlsrpt         takes a TLS report (RFC 8460 §5.4)
 *
 * Whoever knows a message's id (26 unguessable characters) may read its story. A browser is kept from being used by a
 * stranger's page: the Host header must name loopback (DNS rebinding), and no other origin is ever allowed to read.
 */
export { consoleApp, type ConsoleParts, type HostedPolicy, type Readiness } from "./app.ts";
export { consoleLimits } from "./limits.ts";
export { startConsole, type Console } from "./server.ts";

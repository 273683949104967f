/**
 * The SMTP server (RFC 5321): `ServerMachine` is the protocol without I/O, `serveConnection` drives it over a socket. What
 * is offered is said by `ServerFeatures`, what becomes of a message by a `ServerHandler`:
 *
 *   onConnect → onHello → [onStartTls] → [onAuth] → (onMail → onRcpt… → onData → onContent… → onEnd | onAbort)… → onClose
 *
 * The relay's intake and the lab's receivers are two handlers of the same server.
 */
export { receiverFeatures } from "./features.ts";
export { ServerMachine, type ServerMachineOptions } from "./machine.ts";
export { replies as serverReplies } from "./replies.ts";
export * from "./types.ts";
export { serveConnection, type ServeConnectionOptions, type ServedConnection } from "./socket.ts";

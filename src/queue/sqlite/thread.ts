/** The thread that holds the relay's database: answers one question after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { databaseFault } from "./fault.ts";
import type { Greeting, Reply } from "./link.ts";
import type { Answers, Request } from "./protocol.ts";
import { Store, type StorePlace } from "./store.ts";

const port = parentPort;
if (port === null) throw new Error("this module is a thread of the queue's");

try {
  const store = new Store(workerData as StorePlace);
  port.on("message", (request: Request) => {
    const reply = replyTo(store, request);
    port.postMessage(reply, reply.ok ? movable(reply.answer) : []);
  });
  port.postMessage({ ok: true, opened: store.opened() } satisfies Greeting);
} catch (error) {
  const { code, message } = databaseFault(error);
  port.postMessage({ ok: false, code, message } satisfies Greeting);
}

function replyTo(store: Store, request: Request): Reply {
  try {
    const answer = store.answer(request);
    return { ok: true, answer, tidings: request.kind === "close" ? undefined : store.tidings() };
  } catch (error) {
    const { code, message } = databaseFault(error);
    return { ok: false, code, message };
  }
}

/** Bodies are moved to the other thread, not copied. */
function movable(answer: Answers[Request["kind"]]): ArrayBuffer[] {
  if (answer instanceof Uint8Array) return [answer.buffer as ArrayBuffer];
  if (!Array.isArray(answer)) return [];
  return (answer as readonly { readonly body?: Uint8Array }[]).flatMap((row) =>
    row?.body instanceof Uint8Array ? [row.body.buffer as ArrayBuffer] : [],
  );
}

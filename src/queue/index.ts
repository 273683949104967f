/**
 * Floor 3: the queue. What it promises:
 *
 * 1. *Accepted is durable.* When `commit` resolves, the message is on disk (fsync) and survives a crash at any later moment;
 *    if it rejects, nothing was accepted. Everything that waits to be made durable at one moment shares one fsync.
 * 2. *Delivered at least once.* A delivery (one message, one recipient domain) is leased to one worker at a time. If the worker
 *    settles it, that is durable too; if it dies, or its time runs out, the delivery is due again. A second copy is possible
 *    only where a settlement was lost.
 * 3. *The story stays.* A message whose deliveries are all done gives up its content; what happened to it can be read until
 *    `forget`.
 *
 * States of a delivery: waiting → leased → waiting again, later … → done; held by an operator's hand alone (`types.ts` tells it in full).
 *
 * The SQLite engine keeps, in one directory: `queue.db` (with `-wal` and `-shm`: tables in `sqlite/schema.ts`), `spool/` with one file for
 * each body over `limits.inlineBodyMaxBytes`, `relay.lock` (held by the one relay that may use the directory) and `relay.pid`.
 * Operators' commands open the same directory beside the relay.
 */
export * from "./types.ts";
export { openSqliteQueue, type SqliteQueueOptions } from "./sqlite/open.ts";

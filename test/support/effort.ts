/** How much work something is, for tests that bound it: by this thread's own processor time, which a busy machine does not lengthen. */

/** Milliseconds. */
export async function effortMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

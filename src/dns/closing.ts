/** What ends every exchange under way when the resolver closes. */
export class Closing {
  readonly #hooks = new Set<() => void>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** Calls `hook` once at the close; returns what forgets it. */
  add(hook: () => void): () => void {
    this.#hooks.add(hook);
    return () => void this.#hooks.delete(hook);
  }

  close(): void {
    this.#closed = true;
    for (const hook of this.#hooks) hook();
    this.#hooks.clear();
  }
}

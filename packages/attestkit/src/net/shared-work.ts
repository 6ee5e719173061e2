/**
 * Work that is done once for all who wait for it.
 *
 * On Cloudflare's workerd it belongs to the request that began it. When that ends first, as it does if no request waited,
 * the work is dropped, and workerd rejects it for all who join later: they begin it again.
 */
export class SharedWork<Result> {
  #current: Promise<Result> | undefined;

  get isUnderWay(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Joins the work that is under way, or begins it.
   *
   * @param begin gives a promise that never rejects
   */
  join(begin: () => Promise<Result>): Promise<Result> {
    const current = this.#current;
    if (current === undefined) return this.#begin(begin);
    return current.catch(() => {
      if (this.#current === current) this.#current = undefined;
      return this.join(begin);
    });
  }

  #begin(begin: () => Promise<Result>): Promise<Result> {
    const begun = begin().finally(() => {
      if (this.#current === begun) this.#current = undefined;
    });
    this.#current = begun;
    return begun;
  }
}

/** What has a time at which it ends; `place` belongs to the heap. */
export interface Expiring {
  /** Milliseconds since the epoch; Infinity for never. */
  expiresAt: number;
  place: number;
}

/**
 * A binary heap of items that end, the next one first. Each item knows its place, so that one whose time changes is moved
 * and not added again: the heap never holds more items than the store.
 */
export class ExpiryHeap<Item extends Expiring> {
  readonly #items: Item[] = [];

  /** The item that ends next. */
  first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    item.place = this.#items.length;
    this.#items.push(item);
    this.#rise(item);
  }

  /** To be called when the time of an item has changed. */
  moved(item: Item): void {
    this.#rise(item);
    this.#sink(item);
  }

  remove(item: Item): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#put(last, item.place);
    this.moved(last);
  }

  #rise(item: Item): void {
    while (item.place > 0) {
      const above = this.#items[(item.place - 1) >> 1] as Item;
      if (above.expiresAt <= item.expiresAt) return;
      this.#swap(above, item);
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const [left, right] = [this.#items[2 * item.place + 1], this.#items[2 * item.place + 2]];
      const next =
        right !== undefined && left !== undefined && right.expiresAt < left.expiresAt ? right : left;
      if (next === undefined || next.expiresAt >= item.expiresAt) return;
      this.#swap(item, next);
    }
  }

  /** @param below one place under `above` */
  #swap(above: Item, below: Item): void {
    const { place } = above;
    this.#put(above, below.place);
    this.#put(below, place);
  }

  #put(item: Item, place: number): void {
    item.place = place;
    this.#items[place] = item;
  }
}

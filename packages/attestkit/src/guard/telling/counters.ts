import type { Counter } from '../../ports/events.js';

/** What one route has decided so far. Bounded: codes and names are closed lists. */
export class RouteCounts {
  readonly #route: string | undefined;
  readonly #counts = new Map<
    string,
    { readonly outcome: Counter['outcome']; readonly code: string | undefined; count: number }
  >();
  #accepted = 0;

  constructor(route: string | undefined) {
    this.#route = route;
  }

  accept(): void {
    this.#accepted += 1;
  }

  add(outcome: Exclude<Counter['outcome'], 'accepted'>, code: string): void {
    const key = `${outcome} ${code}`;
    const entry = this.#counts.get(key);
    if (entry === undefined) this.#counts.set(key, { outcome, code, count: 1 });
    else entry.count += 1;
  }

  read(): readonly Counter[] {
    const route = this.#route;
    const accepted: Counter = { route, outcome: 'accepted', code: undefined, count: this.#accepted };
    return [accepted, ...[...this.#counts.values()].map((each) => ({ route, ...each }))];
  }
}

/** How a metric is described to Prometheus, and to the reader of the documentation. */
export interface Definition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** In the order in which they are written. */
  readonly labels: readonly string[];
  /** One sentence. */
  readonly help: string;
  /** Upper bounds, in rising order; of histograms alone. */
  readonly buckets?: readonly number[];
}

/** A value for each label of a definition. */
export type Labels<D extends Definition> = Readonly<Record<D['labels'][number], string>>;

/** A metric with its series, in the text format of Prometheus, version 0.0.4. */
interface Family {
  text(): string;
}

/** Values that rise, or that are set. Each series is found by its labels as they are written: escaped, so no two can meet. */
export class Values<D extends Definition> implements Family {
  readonly #definition: D;
  readonly #series = new Map<string, number>();

  constructor(definition: D) {
    this.#definition = definition;
  }

  add(labels: Labels<D>, amount = 1): void {
    const key = written(this.#definition, labels);
    this.#series.set(key, (this.#series.get(key) ?? 0) + amount);
  }

  set(labels: Labels<D>, value: number): void {
    this.#series.set(written(this.#definition, labels), value);
  }

  text(): string {
    const { name } = this.#definition;
    const lines = [...this.#series].map(([labels, value]) => lineOf(name, labels, value));
    return `${headOf(this.#definition)}${lines.join('')}`;
  }
}

interface Observed {
  readonly counts: number[];
  count: number;
  sum: number;
}

/** Of a histogram. */
export type Distribution = Definition & { readonly buckets: readonly number[] };

/** How values are distributed. */
export class Histogram<D extends Distribution> implements Family {
  readonly #definition: D;
  readonly #series = new Map<string, Observed>();

  constructor(definition: D) {
    this.#definition = definition;
  }

  observe(labels: Labels<D>, value: number): void {
    const series = this.#of(labels);
    const at = this.#definition.buckets.findIndex((bound) => value <= bound);
    if (at >= 0) series.counts[at] = (series.counts[at] ?? 0) + 1;
    series.count += 1;
    series.sum += value;
  }

  /** Makes a series exist before its first value: its rate is known from then on. */
  expect(labels: Labels<D>): void {
    this.#of(labels);
  }

  text(): string {
    const { name, buckets } = this.#definition;
    const lines = [...this.#series].map(([labels, { counts, count, sum }]) => {
      const prefix = labels === '' ? '' : `${labels},`;
      let below = 0;
      const bounds = buckets.map((bound, at) => {
        below += counts[at] ?? 0;
        return lineOf(`${name}_bucket`, `${prefix}le="${bound}"`, below);
      });
      return [
        ...bounds,
        lineOf(`${name}_bucket`, `${prefix}le="+Inf"`, count),
        lineOf(`${name}_sum`, labels, sum),
        lineOf(`${name}_count`, labels, count),
      ].join('');
    });
    return `${headOf(this.#definition)}${lines.join('')}`;
  }

  #of(labels: Labels<D>): Observed {
    const key = written(this.#definition, labels);
    const found = this.#series.get(key);
    if (found !== undefined) return found;
    const made: Observed = { counts: this.#definition.buckets.map(() => 0), count: 0, sum: 0 };
    this.#series.set(key, made);
    return made;
  }
}

function headOf({ name, type, help }: Definition): string {
  return `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`;
}

function lineOf(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${Number.isFinite(value) ? value : 'NaN'}\n`;
}

function written<D extends Definition>({ labels: names }: D, labels: Labels<D>): string {
  return names
    .map((name: D['labels'][number]) => `${name}="${labels[name].replace(/[\\"\n]/g, escaped)}"`)
    .join(',');
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

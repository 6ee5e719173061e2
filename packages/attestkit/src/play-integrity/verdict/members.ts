import { isJsonObject, type JsonObject } from '../../kernel/bytes/json.js';

/** Of a genuine verdict, some 40 values and 4 levels. */
const MAX_VALUES = 1024;
const MAX_DEPTH = 8;

/** Whether a value is JSON within the caps; deeper values are not read. */
export function isWithinCaps(value: unknown): boolean {
  const left = { values: MAX_VALUES };
  const fits = (each: unknown, depth: number): boolean => {
    left.values -= 1;
    if (left.values < 0 || depth > MAX_DEPTH) return false;
    if (typeof each !== 'object' || each === null)
      return each === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof each);
    if (Array.isArray(each)) return each.every((item) => fits(item, depth + 1));
    return Object.values(each).every((item) => fits(item, depth + 1));
  };
  return fits(value, 1);
}

/**
 * Reads the members of a verdict by type. A member of another type, or an unknown one, is noted by its path and never an
 * error: Google adds members and values at any time.
 */
export class Members {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #noted: string[];
  readonly #read: string[] = [];

  constructor(object: JsonObject, noted: string[], path = '') {
    this.#object = object;
    this.#noted = noted;
    this.#path = path;
  }

  /** A member that is an object; an empty one for any other value. */
  section(name: string): Members {
    const value = this.#take(name);
    const isObject = isJsonObject(value);
    if (value !== undefined && !isObject) this.#note(name);
    return new Members(isObject ? value : {}, this.#noted, `${this.#path}${name}.`);
  }

  text(name: string, known?: readonly string[]): string | undefined {
    const value = this.#take(name);
    if (typeof value !== 'string') {
      if (value !== undefined) this.#note(name);
      return undefined;
    }
    if (known?.includes(value) === false) this.#note(name);
    return value;
  }

  /** A list of texts alone; undefined if there is none. */
  texts(name: string, known?: readonly string[]): readonly string[] | undefined {
    const value = this.#take(name);
    if (!isTexts(value)) {
      if (value !== undefined) this.#note(name);
      return undefined;
    }
    if (value.some((each) => known?.includes(each) === false)) this.#note(name);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.#take(name);
    if (typeof value === 'boolean') return value;
    if (value !== undefined) this.#note(name);
    return undefined;
  }

  /** A whole number, not negative: in JSON a number or, if it has 64 bits, a text of digits. As digits. */
  digits(name: string): string | undefined {
    const value = this.#take(name);
    if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return value;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return String(value);
    if (value !== undefined) this.#note(name);
    return undefined;
  }

  /** The same as a number; not what a double cannot hold. */
  count(name: string): number | undefined {
    const digits = this.digits(name);
    const count = Number(digits);
    if (digits === undefined || Number.isSafeInteger(count)) return digits === undefined ? undefined : count;
    this.#note(name);
    return undefined;
  }

  /** Notes the members that were not asked for. */
  noteOthers(): void {
    for (const name of Object.keys(this.#object)) if (!this.#read.includes(name)) this.#note(name);
  }

  /** Own members only: what a polluted prototype says was not sent. */
  #take(name: string): unknown {
    this.#read.push(name);
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  #note(name: string): void {
    this.#noted.push(`${this.#path}${name}`);
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

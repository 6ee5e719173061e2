import { createHash } from 'node:crypto';

/** More than a test issues; a long run of the fuzzer does issue more. */
const CAPACITY = 10_000;

/** What a virtual service has issued, and what it knows about each. It remembers the latest 10,000. */
export class Issued<Facts> {
  readonly #facts = new Map<string, Facts>();

  /** @returns undefined if it did not issue this, or has forgotten it */
  find(made: string | Uint8Array): Facts | undefined {
    return this.#facts.get(digestOf(made));
  }

  note(made: string | Uint8Array, facts: Facts): void {
    this.#facts.set(digestOf(made), facts);
    if (this.#facts.size <= CAPACITY) return;
    for (const oldest of this.#facts.keys()) {
      this.#facts.delete(oldest);
      return;
    }
  }
}

function digestOf(made: string | Uint8Array): string {
  return createHash('sha256').update(made).digest('base64');
}

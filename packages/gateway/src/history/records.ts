import type { DeviceEvent, SessionEvent } from 'attestkit';
import type { Prepared } from './file.js';
import { cut } from './names.js';

/** Hashes and keys that are remembered; those that were not heard of for longest go. */
const MOST_RECORDS = 30_000;
const MOST_PENDING = 5000;
const LONGEST = 128;

/** By what a record can be looked up. */
export type RecordName = { readonly hash: string } | { readonly key: string };

interface Heard {
  readonly names: readonly string[];
  readonly record: string;
  readonly at: number;
  /** The device was forgotten. */
  readonly isGone: boolean;
}

/** Which record a hash of events belongs to, or the thumbprint of a key. */
export class RecordKeeper {
  #pending: Heard[] = [];

  get isFull(): boolean {
    return this.#pending.length >= MOST_PENDING;
  }

  hear(event: DeviceEvent | SessionEvent, at: number): void {
    const record = cut(event.recordId, LONGEST);
    if (record === null) return;
    const isGone = event.change === 'forgotten';
    // The end of a session says nothing new, and may come after its device was forgotten.
    if (event.change === 'ended') return;
    const hash = cut(event.device, LONGEST);
    const key = event.type === 'device' ? cut(event.key, LONGEST) : null;
    const names = [...(hash === null ? [] : [`hash:${hash}`]), ...(key === null ? [] : [`key:${key}`])];
    if (isGone || names.length > 0) this.#pending.push({ names, record, at, isGone });
  }

  write(prepared: Prepared): void {
    if (this.#pending.length === 0) return;
    for (const { names, record, at, isGone } of this.#pending)
      if (isGone) prepared.run('DELETE FROM records WHERE record = ?', record);
      else
        for (const name of names)
          prepared.run('INSERT OR REPLACE INTO records VALUES (?, ?, ?)', name, record, at);
    const count = prepared.get<{ count: number }>('SELECT COUNT(*) AS count FROM records')?.count ?? 0;
    if (count > MOST_RECORDS)
      prepared.run(
        'DELETE FROM records WHERE name IN (SELECT name FROM records ORDER BY at LIMIT ?)',
        count - MOST_RECORDS,
      );
  }

  written(): void {
    this.#pending = [];
  }

  recordOf(prepared: Prepared, name: RecordName): string | undefined {
    const written = 'hash' in name ? `hash:${name.hash}` : `key:${name.key}`;
    return prepared.get<{ record: string }>('SELECT record FROM records WHERE name = ?', written)?.record;
  }

  /** The hashes of a record. */
  hashesOf(prepared: Prepared, record: string): readonly string[] {
    return prepared
      .all<{ name: string }>(
        `SELECT name FROM records WHERE record = ? AND name LIKE 'hash:%' LIMIT 50`,
        record,
      )
      .map(({ name }) => name.slice('hash:'.length));
  }
}

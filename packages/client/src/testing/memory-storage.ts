import type { Storage } from '../ports.js';

/** A storage in memory, which a test can look into. */
export interface MemoryStorage extends Storage {
  readonly values: Map<string, string>;
}

/**
 * A storage for tests: another client over the same values is a new start of the app.
 *
 * @example
 * const storage = memoryStorage();
 * console.log(storage.values.size);
 */
export function memoryStorage(values: Map<string, string> = new Map()): MemoryStorage {
  return {
    values,
    get: async (name) => values.get(name),
    set: async (name, value) => void values.set(name, value),
    delete: async (name) => void values.delete(name),
  };
}

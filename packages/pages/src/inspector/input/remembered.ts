import type { Written } from './member-values.js';

/** The place of the form: until the tab is closed, and nowhere else. */
const NAME = 'attestkit-inspector';

/** What was written before in this tab; nothing if there is no storage, or something else in it. */
export function recall(storage: Pick<Storage, 'getItem'> | undefined): Written {
  try {
    const value: unknown = JSON.parse(storage?.getItem(NAME) ?? '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

/** Keeps what was written; a storage that is full or forbidden keeps nothing. */
export function remember(
  storage: Pick<Storage, 'setItem' | 'removeItem'> | undefined,
  written: Written,
): void {
  const kept = Object.entries(written).filter(([, text]) => text !== '');
  try {
    if (kept.length === 0) storage?.removeItem(NAME);
    else storage?.setItem(NAME, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // Then the form is empty in the next page.
  }
}

/** What copying needs of a page. */
export interface Clipboard {
  readonly write: ((text: string) => Promise<void>) | undefined;
  /** Copies what is selected, the old way. */
  readonly copyBySelection: (text: string) => boolean;
}

/** Copies a text; pages over plain HTTP may have no clipboard, and a browser may refuse it. */
export async function copyText(text: string, { write, copyBySelection }: Clipboard): Promise<boolean> {
  if (write !== undefined) {
    try {
      await write(text);
      return true;
    } catch {
      // Then the other way.
    }
  }
  return copyBySelection(text);
}

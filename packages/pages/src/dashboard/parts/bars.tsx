import type { JSX } from 'preact';

/** Parts of a whole beside each other, for the eye; the numbers stand beside it. `of` is what the full width stands for. */
export function Bar({
  parts,
  of,
}: {
  readonly parts: readonly { readonly kind: string; readonly count: number }[];
  readonly of: number;
}): JSX.Element {
  return (
    <span class="bar" aria-hidden="true">
      {parts
        .filter(({ count }) => count > 0)
        .map(({ kind, count }) => (
          <span
            class={`part ${kind}`}
            style={{ width: `${Math.min(100, (count / Math.max(1, of)) * 100)}%` }}
          />
        ))}
    </span>
  );
}

/** A small square in the color of a part. */
export function Swatch({ kind }: { readonly kind: string }): JSX.Element {
  return <span class={`swatch ${kind}`} aria-hidden="true" />;
}

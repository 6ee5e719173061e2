/** Rows beyond the edges, so that scrolling never shows an empty one. */
const BEYOND = 8;

/** Which rows are drawn: `from` to before `to`. */
export function rowWindow(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - BEYOND);
  const to = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + BEYOND);
  return { from: Math.min(from, count), to: Math.max(to, Math.min(from, count)) };
}

/** Where to scroll so that a row is seen; undefined if it is seen already. */
export function scrollToRow(
  row: number,
  scrollTop: number,
  height: number,
  rowHeight: number,
): number | undefined {
  const top = row * rowHeight;
  if (top >= scrollTop && top + rowHeight <= scrollTop + height) return undefined;
  return Math.max(0, Math.round(top - height / 3));
}

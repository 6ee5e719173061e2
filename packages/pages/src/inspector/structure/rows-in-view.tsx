import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { rowWindow, scrollToRow } from './row-window.js';

/** A box with rows of one height, of which only those in view are drawn. */
export interface RowsInView {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** Rows of a page. */
  readonly page: number;
  readonly onScroll: () => void;
  /** Scrolls to a row that is not in view. */
  readonly show: (row: number) => void;
}

export function useRowsInView(count: number, rowHeight: number): RowsInView {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0, width: 0 });
  const frame = useRef(0);
  const measure = (): void => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop: top, clientHeight: height, clientWidth: width } = element;
    setView((last) =>
      last.top === top && last.height === height && last.width === width ? last : { top, height, width },
    );
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (box.current !== null) observer.observe(box.current);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame.current);
    };
  }, []);
  return {
    box,
    ...rowWindow(view.top, view.height, rowHeight, count),
    width: view.width,
    page: Math.max(1, Math.floor(view.height / rowHeight) - 1),
    onScroll: () => {
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(measure);
    },
    show: (row) => {
      const element = box.current;
      if (element === null) return;
      const top = scrollToRow(row, element.scrollTop, element.clientHeight, rowHeight);
      if (top !== undefined) element.scrollTop = top;
    },
  };
}

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Span } from '../../../../gateway/src/shapes/seen.js';
import { compact } from '../../shell/format.js';
import type { Stack } from './stack.js';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' });

/** The picture alone. Made anew when the layers or the colors change, else given new numbers. */
export function Plot({
  stack,
  label,
  span,
  height,
  onPointed,
}: {
  readonly stack: Stack;
  readonly label: string;
  readonly span: Span;
  readonly height: number;
  readonly onPointed: (step: number | undefined) => void;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const scheme = useScheme();
  const kinds = stack.layers.map(({ outcome }) => outcome).join(' ');
  const steps = stack.seconds.length;
  useEffect(() => {
    const box = place.current as HTMLDivElement;
    const made = new uPlot({ ...optionsOf(stack, box, span, onPointed), height }, dataOf(stack), box);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    observer.observe(box);
    return () => {
      plot.current = null;
      observer.disconnect();
      made.destroy();
    };
  }, [scheme, kinds, span, steps, height]);
  useEffect(() => plot.current?.setData(dataOf(stack)), [stack]);
  return <div class="plot" role="img" aria-label={label} ref={place} style={{ minHeight: `${height}px` }} />;
}

function dataOf({ seconds, layers }: Stack): uPlot.AlignedData {
  return [[...seconds], ...layers.map(({ tops }) => [...tops])];
}

function optionsOf(
  { layers }: Stack,
  box: HTMLElement,
  span: Span,
  onPointed: (step: number | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(box);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars?.({ size: [0.85, 60], align: 1 });
  const axis = {
    stroke: color('--faint'),
    font: `12px ${color('--sans')}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: box.clientWidth,
    height: 0,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: 'over-time' } },
    scales: {
      // The last bar begins at its time, and needs its width.
      x: { range: (own, from, to) => [from, to + ((own.data[0][1] ?? 0) - (own.data[0][0] ?? 0))] },
      y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] },
    },
    axes: [
      {
        ...axis,
        space: 70,
        size: 30,
        values: (own, splits, __, ___, increment) =>
          splits.map((second) =>
            second > (own.data[0].at(-1) ?? 0)
              ? ''
              : (span === 'week' && increment >= 86_400 ? DAY : CLOCK).format(second * 1000),
          ),
      },
      {
        ...axis,
        size: 52,
        space: 34,
        incrs: [
          1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7, 1e8,
        ],
        values: (_, splits) => splits.map((each) => compact(each)),
      },
    ],
    series: [
      {},
      ...layers.map(({ outcome }) => ({
        label: outcome,
        fill: color(`--bar-${outcome}`),
        width: 0,
        points: { show: false },
        ...(bars !== undefined && { paths: bars }),
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPointed(cursor.idx ?? undefined)] },
  };
}

/** Rises when the reader changes between light and dark. */
function useScheme(): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const onChange = (): void => setTurn((before) => before + 1);
    dark.addEventListener('change', onChange);
    return () => dark.removeEventListener('change', onChange);
  }, []);
  return turn;
}

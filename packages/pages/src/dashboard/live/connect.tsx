import { useEffect, useRef, useState } from 'preact/hooks';
import type { Counts, LiveBatch } from '../../../../gateway/src/shapes/seen.js';
import { ask } from '../../shell/ask.js';
import { NO_STREAM, NOTHING, plus, withBatch, withPause, type Stream } from './stream.js';
import { sumOf } from '../parts/share.js';

/** `ended`: the gateway has closed it, and is asked again in a while. */
export type Connection = 'connecting' | 'connected' | 'reconnecting' | 'ended';

export interface Live {
  readonly connection: Connection;
  readonly stream: Stream;
  readonly isPaused: boolean;
  /** Since the pause began. */
  readonly missed: Counts;
  /** When the last batch came, by this machine's clock. */
  readonly batchAt: number | undefined;
  setPaused(isPaused: boolean): void;
}

const AGAIN_MS = 5000;

/** The stream of decisions. Only one render follows a batch. */
export function useLive(): Live {
  const [connection, setConnection] = useState<Connection>('connecting');
  const [stream, setStream] = useState<Stream>(NO_STREAM);
  const [missed, setMissed] = useState<Counts>(NOTHING);
  const [batchAt, setBatchAt] = useState<number>();
  const [isPaused, setPaused] = useState(false);
  const paused = useRef(false);
  useEffect(
    () =>
      connect(setConnection, (batch) => {
        if (paused.current) return setMissed((before) => plus(before, batch.counts));
        setBatchAt(Date.now());
        setStream((before) => withBatch(before, batch));
      }),
    [],
  );
  return {
    connection,
    stream,
    isPaused,
    missed,
    batchAt,
    setPaused: (next) => {
      paused.current = next;
      setPaused(next);
      if (!next) setStream((before) => withPause(before, sumOf(missed), Date.now()));
      setMissed(NOTHING);
    },
  };
}

/** A browser resumes by itself, with the id of the last row, unless the gateway answered something else than a stream. */
function connect(
  onConnection: (connection: Connection) => void,
  onBatch: (batch: LiveBatch) => void,
): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource('/api/live');
    source.addEventListener('open', () => onConnection('connected'));
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      onBatch(JSON.parse(data) as LiveBatch);
    });
    source.addEventListener('error', () => {
      const isOver = source.readyState === EventSource.CLOSED;
      onConnection(isOver ? 'ended' : 'reconnecting');
      if (!isOver) return;
      timer = setTimeout(open, AGAIN_MS);
      // Says whether the session has ended: a stream cannot.
      ask('/api/session').catch(() => undefined);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

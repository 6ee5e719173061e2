import type { JSX } from 'preact';
import { plural, sumOf } from '../parts/share.js';
import type { Connection, Live } from './connect.js';

const WORDS: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting…',
  connected: 'Live',
  reconnecting: 'Connection lost. Reconnecting…',
  ended: 'The gateway ended the stream. Trying again…',
};

/** Whether the numbers move, and the button that stops them. */
export function LiveStatus({ live }: { readonly live: Live }): JSX.Element {
  const { isPaused, missed, connection } = live;
  const count = sumOf(missed);
  return (
    <div class="row live-status">
      <span>
        <span class={`dot ${isPaused ? 'paused' : connection}`} aria-hidden="true" />
        <span role="status">{isPaused ? 'Paused' : WORDS[connection]}</span>
        {isPaused && count > 0 && <span class="faint">, {plural(count, 'request')} since</span>}
      </span>
      <button type="button" onClick={() => live.setPaused(!isPaused)}>
        {isPaused ? 'Resume' : 'Pause'}
      </button>
    </div>
  );
}

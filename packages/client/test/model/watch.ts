import type { ClientEvent } from 'attestkit-client';
import { clock } from '../support/server.js';
import type { Armed } from './faults.js';

/** What is known of the phone when it calls an endpoint. */
interface Phone {
  /** All that is stored; undefined if another process may have changed it. */
  readonly stored: string | undefined;
  readonly isKeyed: boolean;
  /** The user asked to try again: own pauses do not count. */
  readonly isAsked: boolean;
}

/** Holds each call of an endpoint to what has to come before it: a pause, and what it shows in the storage. */
export class Watch {
  /** Rules that do not hold: there must be none. */
  readonly broken: string[] = [];
  readonly #armed: Armed;
  #forgetting = 0;
  /** By client: until when no episode may begin. */
  readonly #notBefore = new Map<object, number>();

  constructor(armed: Armed) {
    this.#armed = armed;
  }

  hear(event: ClientEvent, client: object): void {
    if (event.type !== 'episode') return;
    // The shortest pause of the client's own, or what the server asked for.
    const pauseMs = event.error === undefined ? 0 : (event.error.retryAfterMs ?? 500);
    this.#notBefore.set(client, clock.now + pauseMs);
  }

  /** Pauses end with the installation, at some moment of the work. */
  async forgetting(work: Promise<void>): Promise<void> {
    this.#forgetting += 1;
    try {
      await work;
    } finally {
      this.#forgetting -= 1;
      this.#notBefore.clear();
    }
  }

  call(url: URL, body: string, client: object, { stored, isKeyed, isAsked }: Phone): void {
    const { pathname } = url;
    const isEpisode = url.searchParams.get('purpose') !== 'request' && !pathname.endsWith('/revoke');
    const leftMs = (this.#notBefore.get(client) ?? 0) - clock.now;
    // A wall clock that is set forward ends pauses: the client trusts the clock that moved further.
    const isJumped = this.#armed.fired.has('wall clock forward');
    if (isEpisode && leftMs > 0 && !isJumped && !isAsked && this.#forgetting === 0)
      this.broken.push(`${pathname} ${leftMs} ms before the end of the pause`);
    if (stored === undefined || this.#armed.fired.has('write fails')) return;
    const { refresh_token: token } = JSON.parse(body || '{}') as Record<string, string>;
    if (pathname.endsWith('/refresh') && !stored.includes(String(token)))
      this.broken.push('a refresh token is used that is not stored');
    if (pathname.endsWith('/attest') && isKeyed && !stored.includes('"sent":true'))
      this.broken.push('a key is attested that is not stored as sent');
  }
}

import { enrollmentHash } from 'attestkit/play-integrity';
import type { PlayIntegrityVerdictDefect, VirtualPlayIntegrity } from 'attestkit-testing';
import { Client, type Answered } from './client.js';

/** What a device enrolls with: a token, and the challenge that it is bound to. */
export interface Vouched {
  readonly challenge: string;
  readonly integrity_token: string;
}

/** The app on a phone that has Google vouch for it, by standard requests. There is no key. */
export class PlayPhone extends Client {
  readonly #play: VirtualPlayIntegrity;

  constructor(server: string, play: VirtualPlayIntegrity, deviceId: string) {
    super(server, deviceId);
    this.#play = play;
  }

  /** Asks for a challenge, and for a token over it and the device id. */
  async vouched(defect?: PlayIntegrityVerdictDefect): Promise<Vouched> {
    const challenge = await this.challenge();
    const requestHash = enrollmentHash(challenge, this.deviceId);
    return { challenge, integrity_token: this.#play.standardToken({ requestHash }, defect) };
  }

  async enroll(defect?: PlayIntegrityVerdictDefect): Promise<Answered> {
    return this.attest(await this.vouched(defect));
  }

  async attest(vouched: Vouched, extra: Readonly<Record<string, string>> = {}): Promise<Answered> {
    const body = { device_id: this.deviceId, ...vouched, ...extra };
    return this.keep(await this.post('/device/attest', body));
  }
}

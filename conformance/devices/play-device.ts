import { createHash } from 'node:crypto';
import type { PlayIntegrityVerdictDefect } from 'attestkit-testing';
import { play } from './authorities.js';
import { Device } from './device.js';

/** A virtual Android device that has Google vouch for it by a standard request: there is no key. */
export class PlayDevice extends Device<PlayIntegrityVerdictDefect> {
  protected evidence(challenge: string, defect?: PlayIntegrityVerdictDefect) {
    return { integrity_token: play.standardToken({ requestHash: this.hashOf(challenge) }, defect) };
  }

  /** What ties a verdict to a challenge and this device. */
  hashOf(challenge: string): string {
    return createHash('sha256').update(`attestkit-enrol-v1\n${challenge}\n${this.id}`).digest('base64url');
  }
}

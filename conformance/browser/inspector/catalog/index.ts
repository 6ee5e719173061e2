import * as kit from 'attestkit-testing';
import { androidPairs, chainFile } from './android-pairs.js';
import { applePairs, attestationFile, receiptFile } from './apple-pairs.js';
import type { Pair } from './pair.js';
import {
  appCheckFile,
  appCheckPairs,
  approovFile,
  approovPairs,
  playPairs,
  playTokenFile,
} from './token-pairs.js';

export type { Pair } from './pair.js';

/** The catalogs of the test kit by the names of their exports, with how evidence of each is made. */
const MAKERS: Readonly<Record<string, () => readonly Pair[]>> = {
  APP_ATTEST_DEFECTS: applePairs,
  KEY_ATTESTATION_DEFECTS: androidPairs,
  APPROOV_DEFECTS: approovPairs,
  APP_CHECK_DEFECTS: appCheckPairs,
  PLAY_INTEGRITY_DEFECTS: playPairs,
};

/** Every catalog that the kit exports, so that a new one is not forgotten. */
export const CATALOGS: readonly (readonly [name: string, defects: readonly string[]])[] = Object.entries(
  kit,
).flatMap(([name, value]) => (name.endsWith('_DEFECTS') ? [[name, Object.keys(value)] as const] : []));

export function pairsOf(catalog: string): readonly Pair[] {
  const make = MAKERS[catalog];
  if (make === undefined)
    throw new Error(`the catalog ${catalog} of the test kit is new: say how evidence is made`);
  return make();
}

/** Evidence without a defect. */
export const SOUND: Readonly<Record<string, () => Record<string, unknown>>> = {
  'app-attest-attestation': attestationFile,
  'app-attest-receipt': receiptFile,
  'key-attestation': chainFile,
  'approov-token': approovFile,
  'app-check': appCheckFile,
  'play-integrity': playTokenFile,
};

export { appCheckFile, approovFile, attestationFile, chainFile, receiptFile };

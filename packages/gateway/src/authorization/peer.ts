import type { AskContext, AskedLive } from './ask.js';

/** Whether a peer may ask. */
export function isPeer(
  address: string | undefined,
  { peers }: Pick<AskedLive, 'peers'>,
  { isLocal }: Pick<AskContext, 'isLocal'>,
): boolean {
  return isLocal || (address !== undefined && peers.has(address));
}

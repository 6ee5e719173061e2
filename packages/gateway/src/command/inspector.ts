import { mayInspectOn, startInspector } from '../gateway/inspector.js';
import { positionalsOf, UsageError, type Arguments, type Options } from './arguments.js';
import { started } from './started.js';
import type { Terminal } from './terminal.js';

export const INSPECTOR: Options = { listen: { type: 'string' } };

const DEFAULT = '127.0.0.1:8004';

/** `attestkit-gateway inspector`: the page that inspects evidence, without a gateway, until it is asked to stop. */
export async function inspector(given: Arguments, { out, stopped }: Terminal): Promise<number> {
  positionalsOf(given, 'its options', 0, 0);
  const address = given.text('listen') ?? DEFAULT;
  if (!mayInspectOn(address))
    throw new UsageError(`--listen ${address} is not an address of this machine alone, such as ${DEFAULT}`);
  const { url, close } = await started(() => startInspector(address));
  out(`The inspector is at ${url}/inspect\n`);
  await stopped();
  await close();
  return 0;
}

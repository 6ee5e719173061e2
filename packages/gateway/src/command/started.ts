import { ConfigurationError } from 'attestkit';
import { UsageError } from './arguments.js';

/** What the system refuses is the operator's to mend: an address in use, a port that needs rights. */
export async function started<T>(start: () => T | Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message, { cause: error });
    const { syscall, code, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined || code === undefined) throw error;
    throw new UsageError(`it cannot start: ${message}`, { cause: error });
  }
}

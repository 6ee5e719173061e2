import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('competitor.js', import.meta.url));

/** A process with the store open. */
export interface Competitor {
  readonly process: ChildProcess;
  ask(task: string, input: object): Promise<unknown>;
}

/** The caller has to kill it. @param own the prefix or the schema that the processes share */
export async function startCompetitor(kind: string, where: string, own: string): Promise<Competitor> {
  const child = fork(SCRIPT, [kind, where, own], { silent: true, execArgv: [] });
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const exit = once(child, 'exit').then(() => Promise.reject(new Error(`the process ended: ${stderr}`)));
  exit.catch(() => undefined);
  const message = async (): Promise<unknown> => {
    const received = new Promise((resolve) => child.once('message', resolve));
    const { answer } = (await Promise.race([received, exit])) as { readonly answer?: unknown };
    return answer;
  };
  await message();
  return {
    process: child,
    async ask(task, input) {
      child.send({ task, ...input });
      return message();
    },
  };
}

import type { Outcome } from './scene.js';

/** How a step ended. */
export interface Row {
  readonly scene: string;
  readonly suite?: string | undefined;
  readonly who: string;
  readonly what: string;
  readonly status: number;
  readonly expected: Outcome;
  /** The code in the server's events; empty if the request was accepted. */
  readonly reason: string;
}

/** The place where scenes are printed, and how. */
export interface Stage {
  readonly write: (line: string) => void;
  readonly hasColors: boolean;
  /** Whether each step of a suite has a line. */
  readonly all: boolean;
}

/** Tells the story line by line, as it happens. */
export interface Teller {
  open: (store: string) => void;
  row: (row: Row) => void;
  close: (rows: readonly Row[], store: string) => void;
}

const COLORS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

const READ_ON = [
  ['docs/enrollment.md', 'what the app sends, what the server answers, and how sessions go on'],
  ['docs/errors.md', 'each code: what it means, its usual cause, and what to do'],
  ['docs/testing.md', 'virtual devices and their defects in tests of your own'],
  ['examples/wallet/', 'this server (guard.ts, app.ts) and this app (phone.ts), to be copied'],
  ['npm run demo -- --all', 'one line for each defect'],
  ['npm start', 'a protected server, with curl lines to try'],
] as const;

/** Whether the step ended as its scene says. */
export function isAsExpected({ status, expected, reason }: Row): boolean {
  return status === expected.status && reason === expected.code;
}

export function createTeller({ write, hasColors, all }: Stage): Teller {
  const paint = (color: keyof typeof COLORS, text: string): string =>
    hasColors ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text;
  let scene = '';
  /** Steps of the current suite, which have no line yet. */
  let waiting: Row[] = [];

  const verdict = ({ status }: Row): string =>
    status === 200 ? paint('green', `accepted ${status}`) : paint('yellow', `refused  ${status}`);

  function tellStep(row: Row): void {
    const { who, what, expected, reason } = row;
    const told = reason === '' ? what : `${what.padEnd(58)}  ${paint('dim', reason)}`;
    const line = `${verdict(row)}  ${who.padEnd(8)}  ${told}`;
    if (isAsExpected(row)) write(`  ${line}`);
    else write(`${paint('red', '!')} ${line}, not ${expected.status} ${expected.code}`.trimEnd());
  }

  function tellSuite(): void {
    const [first] = waiting;
    if (first === undefined) return;
    const wrong = waiting.filter((row) => !isAsExpected(row));
    const codes = new Set(waiting.map(({ reason }) => reason)).size;
    const count = `${wrong.length === 0 ? '' : `${waiting.length - wrong.length} of `}${waiting.length}`;
    const told = `${count} ${first.suite ?? ''}, each with the code of its defect (${codes} codes)`;
    write(`  ${paint('yellow', 'refused')}       attacker  ${told}`);
    for (const row of wrong) tellStep(row);
    waiting = [];
  }

  return {
    open(store) {
      write(paint('bold', 'A wallet app on virtual iPhones and Android phones, and a server with attestkit'));
      write(
        `Genuine apps should be accepted, and attackers refused. The phone sees the status only; the code`,
      );
      write(`at the end of a line is what the server logs. The server keeps its state in: ${store}.`);
    },
    row(row) {
      if (row.suite !== waiting[0]?.suite) tellSuite();
      if (row.scene !== scene) write(`\n${paint('bold', row.scene)}`);
      scene = row.scene;
      if (row.suite === undefined || all) tellStep(row);
      else waiting.push(row);
    },
    close(rows, store) {
      tellSuite();
      const accepted = rows.filter(({ status }) => status === 200).length;
      const defects = rows.filter(({ suite }) => suite !== undefined).length;
      const wrong = rows.filter((row) => !isAsExpected(row)).length;
      const scenes = new Set(rows.map((row) => row.scene)).size;
      write(`\n${paint('bold', 'Summary')}`);
      write(`  ${rows.length} attempts in ${scenes} scenes with the store ${store}: ${accepted} accepted,`);
      write(`  ${rows.length - accepted} refused, ${defects} of them for one precise defect each.`);
      if (wrong === 0) write(paint('green', '  Every attempt ended as it should, with the expected code.'));
      else write(paint('red', `  ${wrong} did not end as they should: the lines that begin with !`));
      write(`\n${paint('bold', 'Read on')}`);
      for (const [place, says] of READ_ON) write(`  ${place.padEnd(22)} ${says}`);
    },
  };
}

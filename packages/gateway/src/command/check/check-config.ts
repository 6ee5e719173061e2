import { memoryStore } from 'attestkit/stores/memory';
import { ConfigFileError, fieldOf } from '../../config/problem.js';
import { liveOf } from '../../live.js';
import { positionalsOf, UsageError, type Arguments, type Options } from '../arguments.js';
import { planOf } from '../print-config/plan/plan.js';
import { proxyOf } from '../print-config/plan/proxy.js';
import { readConfig } from '../read-config.js';
import { printable } from '../../log/printable.js';
import type { Terminal } from '../terminal.js';
import { asked, matchOf, placeOf } from './demands.js';
import { explain, explained } from './explain.js';
import { requestOf } from './request.js';
import { sharedBy, type Shared } from './overlaps.js';

export const CHECK_CONFIG: Options = {
  request: { type: 'string' },
  host: { type: 'string' },
  header: { type: 'string', multiple: true },
  proxy: { type: 'string' },
  json: { type: 'boolean' },
};

/** `attestkit-gateway check-config FILE`: finds mistakes, or says what becomes of one request. */
export async function checkConfig(given: Arguments, terminal: Terminal): Promise<number> {
  const [file = ''] = positionalsOf(given, 'one FILE', 1, 1);
  const json = given.flag('json');
  const say = (value: object, text: string): void =>
    terminal.out(printable(json ? `${JSON.stringify(value, null, 2)}\n` : text));
  const request = given.text('request');
  if (request === undefined && (given.text('host') ?? given.texts('header')[0]) !== undefined)
    throw new UsageError('--host and --header need --request');
  try {
    const config = readConfig(file, terminal);
    const live = liveOf(config, { store: memoryStore(), onEvent: () => undefined });
    const proxy = given.text('proxy');
    if (proxy !== undefined) planOf(config, live, proxyOf(proxy));
    if (request !== undefined) {
      const found = await explain(
        requestOf(request, given.text('host'), given.texts('header')),
        config,
        live,
      );
      say(found, explained(found));
      return 0;
    }
    const { rules, fallback } = live;
    const shared = sharedBy(rules);
    const inRoutes = (one: (typeof rules)[number]): string => `${placeOf(one, rules)} ${matchOf(one)}`;
    const routes = [...rules, fallback].map((rule) => ({
      field: placeOf(rule, rules),
      matches: matchOf(rule),
      asks: asked(rule),
    }));
    say(
      {
        file,
        valid: true,
        problems: [],
        routes,
        overlaps: shared.map(({ one, other, stricter, unused }) => ({
          routes: [placeOf(one, rules), placeOf(other, rules)],
          decides: stricter === undefined ? null : placeOf(stricter, rules),
          unused: unused === undefined ? null : placeOf(unused, rules),
        })),
      },
      [
        `${file} is valid.`,
        ...routes.map(({ field, matches, asks }) => `  ${field}  ${matches}  ${asks}`),
        ...shared.map((each) => overlapText(each, inRoutes)),
        '',
      ].join('\n'),
    );
    return 0;
  } catch (error) {
    if (!json || !(error instanceof ConfigFileError)) throw error;
    const problems = error.problems.map(({ path, ...rest }) => ({ file, field: fieldOf(path), ...rest }));
    say({ file, valid: false, problems }, '');
    return 1;
  }
}

function overlapText(
  { one, other, stricter, unused }: Shared,
  named: (rule: Shared['one']) => string,
): string {
  const both = `${named(one)} and ${named(other)} match the same requests`;
  return stricter === undefined
    ? `${both}, and ask the same.`
    : `${both}: of these, ${named(stricter)} decides, since it asks for more.${unused === undefined ? '' : ` ${named(unused)} is never used.`}`;
}

import type { RolloutClass, RolloutRoute } from '../shapes/rollout.js';
import { DAY_MS } from './names.js';

/** What an advice is made of. */
export interface AdviceFacts extends Pick<
  RolloutRoute,
  'counted' | 'estimated' | 'enforcement' | 'seen' | 'refused' | 'classes'
> {
  readonly hasSign: boolean;
  /** Since the route was seen for the first time, or since the window begins. */
  readonly observedMs: number;
}

type Advice = RolloutRoute['advice'];
type Action = Advice['action'];

const FEWEST = 100;
const SHORTEST_MS = DAY_MS;
/** Of those that may be devices of the app. Below, everybody can be enforced for. */
const FEW = 0.001;
/** Above, too many users would lose access. */
const MANY = 0.01;

/** The next one after each, in percent. */
const SHARES = [5, 25, 50, 100];

/** What the rules look at. */
interface Judged extends AdviceFacts {
  /** Of the devices that may be of the app: how many would be refused. */
  readonly concern: number;
  /** All that may be of the app. */
  readonly known: number;
  /** `concern` as a share of them. */
  readonly share: number;
  /** Of `concern`: what the server, the configuration or the app has to mend, rather than an update. */
  readonly broken: number;
  /** What is enforced already, in percent. */
  readonly enforced: number;
}

/** The first one that fits. README.md has the same table in words. */
const RULES: readonly { readonly action: Action; readonly fits: (judged: Judged) => boolean }[] = [
  { action: 'no-data', fits: ({ known, observedMs }) => known < FEWEST || observedMs < SHORTEST_MS },
  { action: 'enforce', fits: ({ share }) => share < FEW },
  { action: 'share', fits: ({ share }) => share <= MANY },
  { action: 'repair', fits: ({ broken, concern }) => broken * 2 >= concern },
  { action: 'wait', fits: () => true },
];

/** What to do about a route, and why, with the numbers. */
export function adviceOf(facts: AdviceFacts): Advice {
  const judged = judgedOf(facts);
  const action = RULES.find(({ fits }) => fits(judged))?.action ?? 'wait';
  const share = shareOf(action, judged);
  if (action === 'no-data') return { action, says: tooLittle(judged), share };
  const says = [refusalsOf(judged), strangersOf(judged), nextOf(action, judged, share)];
  return { action, says: says.filter((sentence) => sentence !== '').join(' '), share };
}

function judgedOf(facts: AdviceFacts): Judged {
  const { classes, seen, hasSign, enforcement } = facts;
  const countOf = (...names: readonly RolloutClass[]): number =>
    classes.reduce((sum, each) => (names.includes(each.class) ? sum + each.count : sum), 0);
  const strangers = strangerClasses(hasSign);
  const others = countOf(...strangers);
  const concern = countOf('our-app', 'old-version', 'unknown-origin', 'broken', 'unchecked') - others;
  return {
    ...facts,
    concern,
    known: seen - others,
    share: concern === 0 ? 0 : concern / Math.max(1, seen - others),
    broken: countOf('broken', 'unchecked'),
    enforced: enforcement === 'enforce' ? 100 : Number(/^(\d+(?:\.\d+)?)%$/.exec(enforcement)?.[1] ?? 0),
  };
}

/** Who does not speak against enforcing. Without a sign of the app, those of unknown origin may be the app. */
function strangerClasses(hasSign: boolean): readonly RolloutClass[] {
  return hasSign ? ['unknown-origin'] : [];
}

function shareOf(action: Action, { enforced }: Judged): number | null {
  if (enforced >= 100) return null;
  if (action === 'enforce') return 100;
  return action === 'share' ? (SHARES.find((share) => share > enforced) ?? 100) : null;
}

function tooLittle({ known, counted, observedMs }: Judged): string {
  const hours = Math.floor(observedMs / 3_600_000);
  const time =
    observedMs < SHORTEST_MS
      ? hours === 0
        ? 'less than an hour'
        : plural(hours, 'hour')
      : plural(Math.floor(observedMs / DAY_MS), 'day');
  return `There is too little to judge by: ${number(known)} ${counted} in ${time}. It needs ${FEWEST} ${counted} and 1 day.`;
}

/** `Enforcing would refuse 0.4 % of the devices seen in 7 days; 93 % of these have version 3.1.` */
function refusalsOf({ enforced, estimated, refused, seen, counted, observedMs, classes }: Judged): string {
  const verb = enforced >= 100 ? 'Enforcing refuses' : 'Enforcing would refuse';
  const days = plural(Math.min(7, Math.max(1, Math.round(observedMs / DAY_MS))), 'day');
  const head = `${verb} ${estimated ? 'about ' : ''}${percent(refused, seen)} of the ${counted} seen in ${days}`;
  const versions = versionsOf(classes).filter(({ count }) => count * 10 >= refused);
  const [first, second] = versions;
  if (first === undefined) return `${head}.`;
  const also =
    second === undefined ? '' : `, and ${percent(second.count, refused)} version ${second.version}`;
  return `${head}; ${percent(first.count, refused)} of these have version ${first.version}${also}.`;
}

/** The most frequent first. */
function versionsOf(
  classes: RolloutRoute['classes'],
): readonly { readonly version: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { version, count } of classes.flatMap(({ versions }) => versions))
    if (version !== null) counts.set(version, (counts.get(version) ?? 0) + count);
  return [...counts].map(([version, count]) => ({ version, count })).toSorted((a, b) => b.count - a.count);
}

/** Those that do not speak against enforcing, or that cannot be told from the app. */
function strangersOf({ classes, seen, counted, hasSign }: Judged): string {
  const shareOfClass = (name: RolloutClass): string | undefined => {
    const count = classes.find((each) => each.class === name)?.count ?? 0;
    return count === 0 ? undefined : percent(count, seen);
  };
  const [unknown, old] = [shareOfClass('unknown-origin'), shareOfClass('old-version')];
  const sentences: string[] = [];
  if (unknown !== undefined)
    sentences.push(
      hasSign
        ? `${unknown} of the ${counted} send no evidence and do not look like your app.`
        : `${unknown} of the ${counted} send no evidence; without appSign they cannot be told from your app.`,
    );
  if (old !== undefined)
    sentences.push(`${old} of the ${counted} have a version of your app from before it sent evidence.`);
  return sentences.join(' ');
}

function nextOf(action: Action, judged: Judged, share: number | null): string {
  const { enforced } = judged;
  switch (action) {
    case 'enforce':
      return enforced >= 100 ? 'Nothing needs to change.' : 'You can enforce for all.';
    case 'share':
      if (enforced >= 100) return 'Look at who is refused.';
      return share === 100 ? 'Enforce for all next.' : `Enforce for ${share} % of the clients next.`;
    case 'repair': {
      const code = topCode(judged);
      const most = code === undefined ? '' : `: most have ${code.code}, ${code.says}`;
      return `Mend this first: evidence was sent that does not hold, or that could not be checked${most}.`;
    }
    case 'wait':
      return enforced > 0
        ? 'Too many devices of your app may be refused: enforce for fewer until they send evidence.'
        : 'Wait until more devices of your app send evidence.';
    case 'no-data':
      return '';
  }
}

/** Of evidence that does not hold, or that could not be checked. */
function topCode({ classes }: Judged): RolloutRoute['classes'][number]['codes'][number] | undefined {
  return classes
    .filter((each) => each.class === 'broken' || each.class === 'unchecked')
    .flatMap(({ codes }) => codes)
    .reduce<ReturnType<typeof topCode>>(
      (most, each) => (each.count > (most?.count ?? 0) ? each : most),
      undefined,
    );
}

/** With a decimal below ten, and no rounding to nothing or to all. */
function percent(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const value = (part / whole) * 100;
  if (value < 0.1) return 'less than 0.1 %';
  if (value < 10) return `${Number(value.toFixed(1))} %`;
  return `${value < 100 ? Math.min(99, Math.round(value)) : 100} %`;
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

import type { RolloutClass } from '../../../../gateway/src/shapes/rollout.js';

/** What a class is, and what to do about it. The first is the one that hurts users. */
export const CLASSES: readonly {
  readonly class: RolloutClass;
  readonly name: string;
  readonly says: string;
  readonly remedy: string;
}[] = [
  {
    class: 'our-app',
    name: 'Looks like our app',
    says: 'It has the sign of your app, in a version that sends evidence, and brings none.',
    remedy: 'Find out why before you enforce: these are most likely your users.',
  },
  {
    class: 'old-version',
    name: 'Old version',
    says: 'It has the sign of your app, in a version from before it sent evidence.',
    remedy: 'Wait for the update, or make the update mandatory.',
  },
  {
    class: 'unknown-origin',
    name: 'Unknown origin',
    says: 'It brings no evidence, and does not have the sign of your app: scripts, other clients.',
    remedy: 'This is what enforcing is for.',
  },
  {
    class: 'broken',
    name: 'Broken',
    says: 'It brings evidence that is not valid.',
    remedy: 'Look at the codes: a configuration, a clock, or an attack.',
  },
  {
    class: 'unchecked',
    name: 'Could not be checked',
    says: 'It brings evidence, but the store or another service did not answer.',
    remedy: 'Repair that first: enforcing refuses these requests too.',
  },
];

import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { Settings } from './outcome.js';

const strip = bundleOf(new URL('strip.ts', import.meta.url));
const phone = bundleOf(new URL('phone.ts', import.meta.url));

/** A script with all that it imports. */
export async function bundleOf(file: URL): Promise<string> {
  const input = fileURLToPath(file);
  const build = await rolldown({ input, platform: 'neutral' });
  const { output } = await build.generate({ format: 'iife' });
  await build.close();
  return output[0].code;
}

/** The names under which a script finds all globals. */
const WORLDS = ['globalThis', 'global', 'self', 'window'];

/**
 * The program with its settings: a script that leaves the promise of its outcome in `bareOutcome`. Hidden globals are parameters
 * without a value, and missing in the object of all globals.
 */
export async function programOf(settings: Settings): Promise<string> {
  const hidden = [...settings.hidden, ...(settings.hasRandom ? ['crypto'] : [])];
  return `globalThis.bareSettings = ${JSON.stringify(settings)};
${await strip}
(function () {
  const real = globalThis;
  const world = {};
  for (const name of Object.getOwnPropertyNames(real))
    if (!${JSON.stringify(hidden)}.includes(name)) world[name] = real[name];
  real.bareOutcome = (function (${[...WORLDS, ...settings.hidden].join(', ')}) {
${await phone}
    return world.bareOutcome;
  })(${WORLDS.map(() => 'world').join(', ')});
})();
`;
}

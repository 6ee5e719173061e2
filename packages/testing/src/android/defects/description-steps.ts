import { applicationId, type Tags } from '../description.js';
import { withTag } from '../tags.js';
import type { ChainContents, ChainSteps } from '../make-chain.js';

/** Changes a tag of a list: other values, several, or none. */
export function tag(
  list: 'software' | 'hardware',
  number: number,
  ...values: readonly ((contents: ChainContents) => Uint8Array)[]
): ChainSteps {
  return {
    describe: (description, contents) => ({
      ...description,
      [list]: withTag(description[list], number, ...values.map((value) => value(contents))),
    }),
  };
}

/** Moves a tag from what the hardware enforces to what the system says. */
export function toSoftware(number: number): ChainSteps {
  return {
    describe: (description) => {
      const { software, hardware } = description;
      const moved: Tags = hardware.filter(([each]) => each === number);
      const values = moved.map(([, value]) => value);
      return {
        ...description,
        software: withTag(software, number, ...values),
        hardware: withTag(hardware, number),
      };
    },
  };
}

/** Another app than the one whose key it is. */
export function app(change: Partial<ChainContents['app']>): ChainSteps {
  return tag('software', 709, ({ app: honest }) => applicationId({ ...honest, ...change }));
}

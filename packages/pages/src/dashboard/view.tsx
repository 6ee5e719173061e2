import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Signed } from '../../../gateway/src/shapes/access.js';
import { DecisionsView } from './decisions/decisions.js';
import { DevicesView } from './devices/devices.js';
import { OverviewView } from './overview/overview.js';
import { RolloutView } from './rollout/rollout.js';

const VIEWS: Readonly<
  Record<string, { readonly title: string; readonly View: (props: { signed: Signed }) => JSX.Element }>
> = {
  '/rollout': { title: 'Rollout', View: RolloutView },
  '/decisions': { title: 'Decisions', View: DecisionsView },
  '/devices': { title: 'Devices', View: DevicesView },
};

/** What the path of the page names; the overview for any other. */
export function View({ signed }: { readonly signed: Signed }): JSX.Element {
  const { title, View: Shown } = VIEWS[location.pathname] ?? { title: 'Dashboard', View: OverviewView };
  useEffect(() => {
    document.title = `${title}, ${signed.instance}: attestkit gateway`;
  }, [title, signed.instance]);
  return <Shown signed={signed} />;
}

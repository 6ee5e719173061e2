import { render } from 'preact';
import '../shell/style.css';
import 'uplot/dist/uPlot.min.css';
import './parts/parts.css';
import './overview/overview.css';
import './live/live.css';
import './decisions/decisions.css';
import './rollout/rollout.css';
import './devices/devices.css';
import { Frame } from '../shell/frame.js';
import { View } from './view.js';

render(<Frame>{(signed) => <View signed={signed} />}</Frame>, document.getElementById('page') as HTMLElement);

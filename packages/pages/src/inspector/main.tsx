import { render } from 'preact';
import '../shell/style.css';
import './style/input.css';
import './style/report.css';
import './style/chain.css';
import './style/structure.css';
import { Frame } from '../shell/frame.js';
import { ErrorsPage } from './errors/errors-page.js';
import { Inspector } from './inspector.js';

render(
  <Frame>{() => (location.pathname === '/errors' ? <ErrorsPage /> : <Inspector />)}</Frame>,
  document.getElementById('page') as HTMLElement,
);

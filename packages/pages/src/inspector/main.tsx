import { render } from 'preact';
import '../shell/style.css';
import { Frame } from '../shell/frame.js';

render(<Frame>{() => <h1>inspector</h1>}</Frame>, document.getElementById('page') as HTMLElement);

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from './answer.js';
import { createApi } from './api/api.js';
import { errorsEndpoints } from './api/errors.js';
import { inspectEndpoints } from './api/inspect.js';
import { standaloneSession } from './api/session.js';
import { Desk } from './inspect/desk.js';
import { adminListener } from './listener.js';
import { readPages } from './pages/pages.js';
import { createSite } from './site.js';

/** The inspector without a gateway. It has no sign-in, since it has no data of its own. */
export function standaloneInspector(now: () => number): {
  readonly listener: (req: IncomingMessage, res: ServerResponse) => void;
  readonly close: () => Promise<void>;
} {
  const desk = new Desk({ now });
  const api = createApi({
    whoIs: () => {
      throw new Refusal(404, 'There is no such call.');
    },
    endpoints: {
      ...standaloneSession({ standalone: true, startedAt: now(), hasDevices: () => false }),
      ...inspectEndpoints(desk, 'nobody'),
      ...errorsEndpoints('nobody'),
    },
  });
  return {
    listener: adminListener({ hosts: [], site: createSite(readPages(true), api) }),
    close: () => desk.close(),
  };
}

import type { Server } from './request-case.js';

/** The example servers in the order of the pages made from the cases, and how each is started. */
export const servers: readonly { readonly server: Server; readonly title: string; readonly start: string }[] =
  [
    {
      server: 'unprotected',
      title: 'Hello server, unprotected',
      start: 'npm run hello -- express unprotected',
    },
    {
      server: 'token-check',
      title: 'Hello server, token check',
      start: 'npm run hello -- express token-check',
    },
    {
      server: 'token-binding-check',
      title: 'Hello server, token binding check',
      start: 'npm run hello -- express token-binding-check',
    },
    { server: 'shapes-original', title: 'Shapes server, original', start: 'npm run shapes -- original' },
    { server: 'shapes', title: 'Shapes server, protected', start: 'npm run shapes -- protected' },
  ];

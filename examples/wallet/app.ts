import express, { type Express } from 'express';
import type { Guard } from 'attestkit';
import { deviceEndpoints, protect } from 'attestkit/express';

/** A wallet: who reads needs a session, who moves money has to sign the very request with the device's key. */
export function walletApp(guard: Guard): Express {
  const app = express();
  app.use('/device', deviceEndpoints(guard));
  app.get('/balance', protect(guard), (req, res) => {
    res.json({ balance: 100, device: req.attestation?.session?.recordId });
  });
  app.post('/transfers', protect(guard, { signedRequest: true }), express.json(), (req, res) => {
    res.json({ transferred: (req.body as { amount?: unknown }).amount });
  });
  const alone = { session: 'optional', challenge: 'required' } as const;
  app.post(
    '/withdrawals',
    protect(guard, { require: ['signedRequest'], signedRequest: alone }),
    (req, res) => {
      res.json({ withdrawn: true, key: req.attestation?.signedRequest?.thumbprint });
    },
  );
  // No device has enrolled yet: App Check alone, and for expensive requests a token that is good for one use.
  app.get('/rates', protect(guard, { require: ['appCheck'] }), (req, res) => {
    res.json({ rates: { EUR: 1 }, app: req.attestation?.appCheck?.appId });
  });
  const once = { require: ['appCheck'], appCheck: { consume: true } } as const;
  app.post('/sign-ups', protect(guard, once), (_req, res) => void res.json({ welcome: true }));
  return app;
}

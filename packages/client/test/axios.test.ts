import axios, { create } from 'axios';
import { describe, expect, it } from 'vitest';
import { axiosAdapter } from 'attestkit-client/axios';
import { clientOf } from './support/client.js';
import { phones } from './support/phones.js';
import { AUDIENCE, testServer } from './support/server.js';

declare module 'axios' {
  interface AxiosRequestConfig {
    signed?: boolean | 'challenge';
  }
}

const [{ make }] = phones as [(typeof phones)[number]];

function httpOf() {
  const { client } = clientOf(testServer(), make().attester);
  return create({ baseURL: AUDIENCE, adapter: axiosAdapter(client, axios) });
}

describe('axios', () => {
  it('signs the body that axios made, and reads the answer', async () => {
    const response = await httpOf().post('/transfers?draft=no', { amount: 'ä' }, { signed: true });
    expect(response.status).toBe(200);
    expect(response.data.body).toBe('{"amount":"ä"}');
  });

  it('puts parameters into the signed target', async () => {
    const response = await httpOf().post('/transfers', 'x', { params: { a: 'b c' }, signed: true });
    expect(response.status).toBe(200);
  });

  it('gets without a signature, and rejects as axios does', async () => {
    const http = httpOf();
    expect((await http.get('/balance')).data.device).toMatch(/\S/);
    await expect(http.get('/forbidden')).rejects.toMatchObject({
      name: 'AxiosError',
      response: { status: 403, data: { of: 'the API' } },
    });
    expect((await http.get('/forbidden', { validateStatus: null })).status).toBe(403);
  });

  it('ends after its own limit of time, as axios does', async () => {
    let isAborted = false;
    const never = (request: Request): Promise<Response> =>
      new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => {
          isAborted = true;
          reject(request.signal.reason as Error);
        }),
      );
    const { client } = clientOf(
      { fetch: never },
      { tokens: { header: 'X-Token', token: async () => 'abc' } },
    );
    const http = create({ baseURL: AUDIENCE, adapter: axiosAdapter(client, axios), timeout: 20 });
    await expect(http.get('/balance')).rejects.toMatchObject({ name: 'AxiosError', code: 'ECONNABORTED' });
    expect(isAborted).toBe(true);
    const controller = new AbortController();
    const call = http.get('/balance', { signal: controller.signal, timeout: 60_000 });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'ERR_CANCELED' });
  });
});

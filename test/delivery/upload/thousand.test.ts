/** A thousand reports, and a service that cannot be relied on. */
import t from 'tap';
import { answer, blobStore, contentOf, type Handler, openService } from './service.ts';
import { fill, openTrialSpool, pass, SAS } from './trial.ts';

/** Two in five requests fail, in every way that there is, before or after the report was stored. */
function unreliable(store: Handler, random: () => number): Handler {
  return (seen, response, number) => {
    const luck = random();
    if (luck >= 0.4) return store(seen, response, number);
    if (luck >= 0.3) return answer(503, { 'retry-after': '2' })(seen, response, number);
    if (luck >= 0.2) return void response.socket?.resetAndDestroy();
    if (luck >= 0.1) return answer(500)(seen, response, number);
    const silent = { writeHead: () => ({ end: () => response.socket?.resetAndDestroy() }) };
    return store(seen, silent as unknown as typeof response, number);
  };
}

t.test(
  '1,000 reports, a service that fails two times in five, two uploaders at once: each arrives once',
  async (t) => {
    let state = 20261123;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const { blobs, handle } = blobStore();
    const service = await openService(t, unreliable(handle, random));
    const spool = openTrialSpool(t);
    const texts = await fill(spool, 1000);
    const sent: string[] = [];
    let passes = 0;
    while (spool.waiting().length > 0) {
      passes += 2;
      const both = await Promise.all([
        pass(spool, `${service.url}/c${SAS}`),
        pass(spool, `${service.url}/c${SAS}`),
      ]);
      for (const each of both) {
        t.strictSame(each.rejected, []);
        sent.push(...each.sent);
      }
    }
    t.comment(`${service.requests.length} requests in ${passes} passes`);
    t.equal(sent.length, 1000);
    t.equal(new Set(sent).size, 1000);
    t.equal(blobs.size, 1000);
    for (const [name, json] of texts) {
      const blob = blobs.get(`/c/${name}`);
      if (blob === undefined || contentOf(blob) !== json) t.fail(`${name} did not arrive as it was`);
    }
  },
);

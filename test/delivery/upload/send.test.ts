import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { closedPort, openPeer } from '../../servers/peer.ts';
import { answer, blobStore, contentOf, type Handler, openService } from './service.ts';
import { AS_IT_IS, CANARY, fakeClock, fill, openTrialSpool, pass, SAS, sha256 } from './trial.ts';

t.test('a report arrives with all that a reader needs, and leaves the spool', async (t) => {
  const spool = openTrialSpool(t);
  const [[name, json] = ['', '']] = await fill(spool, 1);
  const { blobs, handle } = blobStore();
  const service = await openService(t, handle);
  t.strictSame(await pass(spool, `${service.url}/reports/vm1/${SAS}`), {
    sent: [name],
    rejected: [],
    spoolProblem: null,
    problem: null,
  });
  t.strictSame(spool.waiting(), []);
  const blob = blobs.get(`/reports/vm1/${name}`);
  t.equal(blob === undefined ? '' : contentOf(blob), json);
  t.match(blob?.headers, {
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-blob-content-type': 'application/json',
    'x-ms-blob-content-encoding': 'gzip',
    'x-ms-meta-sha256': sha256(json),
    'if-none-match': '*',
  });
  t.ok(blob?.url.endsWith(SAS));
});

t.test('many reports share one connection', async (t) => {
  const spool = openTrialSpool(t);
  await fill(spool, 50);
  const service = await openService(t, blobStore().handle);
  t.equal((await pass(spool, `${service.url}/reports${SAS}`)).sent.length, 50);
  t.equal(service.connections(), 1);
});

t.test('PUT and POST to any endpoint, with headers from a file', async (t) => {
  const folder = t.testdir({ headers: `Authorization: Bearer ${CANARY}\r\n\r\nX-Team: network\n` });
  const uploadHeaderFile = join(folder, 'headers');
  for (const method of ['put', 'post'] as const) {
    const spool = openTrialSpool(t);
    const [[name, json] = ['', '']] = await fill(spool, 1);
    const service = await openService(t, answer(200));
    await pass(spool, `${service.url}/in?x=1`, { options: { uploadMethod: method, uploadHeaderFile } });
    const [seen] = service.requests;
    t.equal(seen?.method, method.toUpperCase());
    t.equal(seen?.url, method === 'put' ? `/in/${name}?x=1` : '/in?x=1');
    t.equal(seen === undefined ? '' : contentOf(seen), json);
    t.match(seen?.headers, {
      authorization: `Bearer ${CANARY}`,
      'x-team': 'network',
      'content-encoding': 'gzip',
      'content-digest': /^sha-256=:.{44}:$/,
      'idempotency-key': /^[0-9a-f-]{36}$/,
      'apim-probe-sha256': sha256(json),
    });
  }
  const service = await openService(t, answer(200));
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  await pass(spool, service.url.replace('//', `//user:${CANARY}%2F@`));
  t.equal(
    service.requests[0]?.headers.authorization,
    `Basic ${Buffer.from(`user:${CANARY}/`).toString('base64')}`,
  );
});

t.test('503 with Retry-After: retried then, and not before', async (t) => {
  const { handle } = blobStore();
  const service = await openService(t, (seen, response, number) =>
    number <= 2
      ? answer(503, { 'retry-after': '40' })(seen, response, number)
      : handle(seen, response, number),
  );
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  const clock = fakeClock();
  t.match(await pass(spool, `${service.url}/c${SAS}`, { clock }), { sent: { length: 1 }, problem: null });
  t.equal(clock.slept.length, 2);
  for (const ms of clock.slept) t.ok(ms >= 40_000 && ms < 56_000);
});

t.test('pauses are reported, with their reason', async (t) => {
  const { handle } = blobStore();
  const service = await openService(t, (seen, response, number) =>
    number === 1
      ? answer(503, { 'retry-after': '40' })(seen, response, number)
      : handle(seen, response, number),
  );
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  const pauses: [string, number][] = [];
  const pausing = (reason: string, ms: number): void => void pauses.push([reason, ms]);
  t.match(await pass(spool, `${service.url}/c${SAS}`, { pausing }), { sent: { length: 1 } });
  t.equal(pauses.length, 1);
  t.match(pauses[0]?.[0], /status 503/);
  t.ok((pauses[0]?.[1] ?? 0) >= 40_000);
});

t.test('a Retry-After beyond the time that is left ends the pass at once', async (t) => {
  const service = await openService(t, answer(429, { 'retry-after': '3600' }));
  const spool = openTrialSpool(t);
  await fill(spool, 3);
  const clock = fakeClock();
  const { problem } = await pass(spool, `${service.url}/c${SAS}`, { clock, limitMs: 60_000 });
  t.match(problem, /asked too often \(status 429\), and asks to wait for 1 h/);
  t.strictSame([clock.slept, service.requests.length, spool.waiting().length], [[], 1, 3]);
});

t.test('five failures in a row end the pass', async (t) => {
  const service = await openService(t, answer(500));
  const spool = openTrialSpool(t);
  await fill(spool, 20);
  const clock = fakeClock();
  t.match(await pass(spool, `${service.url}/c${SAS}`, { clock }), {
    sent: [],
    problem: /failed \(status 500\)/,
  });
  t.equal(service.requests.length, 5);
  t.strictSame(clock.slept, [750, 1500, 3000, 6000], 'with the chance of one half');
  t.equal(spool.waiting().filter(({ held }) => !held).length, 20);
});

t.test('one report that always fails delays no other', async (t) => {
  const spool = openTrialSpool(t);
  const [poison = ''] = (await fill(spool, 10)).keys();
  const { handle, blobs } = blobStore();
  const service = await openService(t, (seen, response, number) =>
    seen.url.includes(poison) ? answer(500)(seen, response, number) : handle(seen, response, number),
  );
  t.equal((await pass(spool, `${service.url}/c${SAS}`)).sent.length, 9);
  t.equal(blobs.size, 9);
  t.match(spool.waiting(), [{ name: poison, held: false }]);
});

t.test('a report that cannot be rejected or claimed delays no other, and stays', async (t) => {
  const spool = openTrialSpool(t);
  const service = await openService(t, answer(201));
  const [junk = '', good = ''] = [...(await fill(spool, 2)).keys()];
  writeFileSync(join(spool.folder, junk), 'no gzip');
  // As a full disk does: nothing can be put there.
  writeFileSync(spool.rejectedFolder, '');
  const first = await pass(spool, `${service.url}/in`);
  t.strictSame([first.sent, first.rejected], [[good], []]);
  t.match(first.spoolProblem, /in the spool is refused \(the file is damaged.*\), and cannot be put aside: /);
  t.match(spool.waiting(), [{ name: junk, held: false }]);
  rmSync(spool.rejectedFolder);
  t.match(await pass(spool, `${service.url}/in`), { rejected: [{ name: junk }] }, 'the next pass settles it');

  const readOnly = Object.assign(openTrialSpool(t), {
    claim: () => Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS' })),
  });
  await fill(readOnly, 2);
  t.match(await pass(readOnly, `${service.url}/in`), {
    sent: [],
    spoolProblem: /in the spool cannot be claimed: the file system is read-only/,
  });
  const failing = Object.assign(openTrialSpool(t), {
    remove: () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })),
  });
  await fill(failing, 2);
  const { sent, spoolProblem } = await pass(failing, `${service.url}/in`);
  t.equal(sent.length, 2, 'the service has them');
  t.match(spoolProblem, /cannot be taken away: input\/output error/);
  t.match(failing.waiting(), [{ held: false }, { held: false }]);
});

t.test('a report that cannot be rewritten in place is sent rewritten anyway', async (t) => {
  const spool = openTrialSpool(t);
  const [[name, json] = ['', '']] = await fill(spool, 1);
  const [waiting] = spool.waiting();
  const claimed = waiting && (await spool.claim(waiting));
  if (!claimed) throw new Error('nothing waits');
  const spooled = await spool.read(claimed, (text) => {
    // Nothing can be made in a folder that is gone, as on a disk that is full.
    rmSync(spool.folder, { recursive: true });
    return text.replace('filler', 'hidden');
  });
  t.equal(gunzipSync(spooled.bytes).toString(), json.replace('filler', 'hidden'));
  t.match(spooled, { name, sha256: sha256(json.replace('filler', 'hidden')) });
});

t.test('a file that cannot be read delays no other, and stays', async (t) => {
  const spool = openTrialSpool(t);
  const names = [...(await fill(spool, 3)).keys()];
  const read = spool.read.bind(spool);
  spool.read = async (claimed) => {
    if (claimed.name === names[0]) throw Object.assign(new Error('denied'), { code: 'EACCES' });
    return read(claimed, AS_IT_IS);
  };
  const { url } = await openService(t, blobStore().handle);
  const { sent, rejected, spoolProblem } = await pass(spool, `${url}/reports${SAS}`);
  t.strictSame([sent, rejected], [names.slice(1), []]);
  t.match(spoolProblem, /in the spool cannot be read: permission denied/);
  t.strictSame(
    spool.waiting().map(({ name }) => name),
    names.slice(0, 1),
  );
});

t.test('refusals for good go to rejected/ with the reason, and the rest arrives', async (t) => {
  const spool = openTrialSpool(t);
  const [refused = ''] = (await fill(spool, 4)).keys();
  writeFileSync(join(spool.folder, [...(await fill(spool, 1)).keys()][0] ?? ''), 'torn');
  const { handle, blobs } = blobStore();
  const service = await openService(t, (seen, response, number) =>
    seen.url.includes(refused)
      ? answer(413, { 'x-ms-error-code': 'RequestBodyTooLarge' })(seen, response, number)
      : handle(seen, response, number),
  );
  const { sent, rejected, problem } = await pass(spool, `${service.url}/c${SAS}`);
  t.strictSame([sent.length, rejected.length, problem, blobs.size], [3, 2, null, 3]);
  const reasons = spool.rejected().map(({ reasonPath }) => readFileSync(reasonPath, 'utf8'));
  t.match(reasons.toSorted(), [/damaged/, /too large for one request \(413 RequestBodyTooLarge\)/]);
});

t.test('resets in the middle of the body, and no reply at all: the report stays', async (t) => {
  for (const [behave, text] of [
    [
      (socket: import('node:net').Socket) => socket.once('data', () => socket.resetAndDestroy()),
      /reset|ended|closed/,
    ],
    [() => undefined, /did not answer in time/],
    [
      (socket: import('node:net').Socket) => socket.once('data', () => socket.end('HTTP/1.1 20')),
      /ended|could not/,
    ],
  ] as const) {
    const peer = await openPeer(t, behave);
    const spool = openTrialSpool(t);
    const [name] = (await fill(spool, 1, 400_000)).keys();
    const { sent, problem } = await pass(spool, `http://127.0.0.1:${peer.port}/c${SAS}`, { answerMs: 100 });
    t.strictSame(sent, []);
    t.match(problem, text);
    t.match(spool.waiting(), [{ name, held: false }]);
    t.equal(peer.accepted(), 5);
  }
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  t.match(await pass(spool, `http://127.0.0.1:${await closedPort()}/c${SAS}`), {
    problem: /refused \(ECONNREFUSED\)/,
  });
});

t.test('a service that confirms and then breaks has confirmed', async (t) => {
  const { blobs, handle } = blobStore();
  const service = await openService(t, (seen, response, number) => {
    if (seen.method === 'HEAD') return handle(seen, response, number);
    blobs.set(seen.url.split('?')[0] ?? '', seen);
    response.writeHead(201, { 'content-length': '1000' });
    response.write('half');
    setImmediate(() => response.socket?.resetAndDestroy());
  });
  const spool = openTrialSpool(t);
  await fill(spool, 3);
  t.match(await pass(spool, `${service.url}/c${SAS}`), { sent: { length: 3 }, problem: null });
  t.equal(blobs.size, 3);
  t.strictSame(spool.waiting(), []);
});

/** Stores, and the confirmation is lost on the way. */
const confirmationLost =
  (store: Handler): Handler =>
  (seen, response, number) => {
    if (seen.method === 'HEAD' || number > 1) return store(seen, response, number);
    const silent = { writeHead: () => ({ end: () => response.socket?.resetAndDestroy() }) };
    store(seen, silent as unknown as typeof response, number);
  };

t.test('a lost confirmation: the repeat finds the report there, and that confirms it', async (t) => {
  const { blobs, handle } = blobStore();
  const service = await openService(t, confirmationLost(handle));
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  t.match(await pass(spool, `${service.url}/c${SAS}`), { sent: { length: 1 }, rejected: [], problem: null });
  t.strictSame(
    service.requests.map(({ method }) => method),
    ['PUT', 'PUT', 'HEAD'],
  );
  t.equal(blobs.size, 1);
});

t.test('a create-only signature counts as confirmation; other content is never overwritten', async (t) => {
  for (const [status, headers, expected] of [
    [403, {}, { sent: { length: 1 } }],
    [
      200,
      { 'x-ms-meta-sha256': 'other' },
      { rejected: [{ reason: /other content; nothing was overwritten/ }] },
    ],
    [500, {}, { problem: /does not show it \(status 500\)/ }],
  ] as const) {
    const service = await openService(t, (seen, response, number) =>
      seen.method === 'HEAD'
        ? answer(status, headers)(seen, response, number)
        : answer(409, { 'x-ms-error-code': 'BlobAlreadyExists' })(seen, response, number),
    );
    const spool = openTrialSpool(t);
    await fill(spool, 1);
    t.match(await pass(spool, `${service.url}/c${SAS}`), expected);
  }
});

t.test('a pass that is stopped leaves what is not confirmed', async (t) => {
  const controller = new AbortController();
  const service = await openService(t, (seen, response, number) => {
    if (number < 3) return answer(201)(seen, response, number);
    controller.abort('SIGTERM');
  });
  const spool = openTrialSpool(t);
  await fill(spool, 10);
  const { sent, problem } = await pass(spool, `${service.url}/c${SAS}`, { signal: controller.signal });
  t.strictSame([sent.length, problem], [2, 'the upload was stopped (SIGTERM)']);
  t.equal(spool.waiting().filter(({ held }) => !held).length, 8);
});

t.test('a redirection is not followed, for any source of the token', async (t) => {
  const thief = await openService(t, answer(200));
  const service = await openService(t, answer(307, { location: thief.url }));
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  t.match(await pass(spool, service.url), { rejected: [], problem: /none is followed/ });
  t.equal(spool.waiting().length, 1);
  t.equal(thief.requests.length, 0);
});

t.test('a reply with a slow body is confirmed by its status, and delays no other report', async (t) => {
  const service = await openService(t, (_seen, response) => {
    response.writeHead(201, { 'content-length': '400' }).write('x');
    const drip = setInterval(() => response.write('x'), 200);
    response.on('close', () => clearInterval(drip));
  });
  const spool = openTrialSpool(t);
  await fill(spool, 2);
  t.match(await pass(spool, `${service.url}/in`, { answerMs: 500 }), { sent: { length: 2 }, problem: null });
});

t.test('an unrequested 100 Continue is reported as one', async (t) => {
  const service = await openService(t, (_seen, response) => {
    response.writeContinue();
    response.writeHead(201).end();
  });
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  t.match((await pass(spool, `${service.url}/in`)).problem, 'it answered with 100 Continue');
  t.equal(spool.waiting().length, 1);
});

t.test('replies without end cost no memory and no time', async (t) => {
  const service = await openService(t, (_seen, response) => {
    response.writeHead(201);
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const spool = openTrialSpool(t);
  await fill(spool, 2);
  t.equal((await pass(spool, `${service.url}/c${SAS}`)).sent.length, 2);
});

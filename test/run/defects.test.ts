/** Defects of the program end only their own test, and are reported. */
import t from 'tap';
import { ProbeError } from '../../probes/failures.ts';
import { Defects, defectNote, isDefect } from '../../src/run/defects.ts';
import { silent } from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { closedWorld, nameServer, to } from './peers.ts';
import { ran, targets } from './runs.ts';

/** A system on which the route to one host throws. */
function breakingAt(hosts: readonly string[], redirections: Parameters<typeof closedWorld>[0] = []) {
  const world = closedWorld(redirections);
  return {
    ...world,
    route: (host: string, address: string, port: number) => {
      if (hosts.includes(host)) throw new TypeError(`cannot read\u001b[2J ${host.length}`);
      return world.route(host, address, port);
    },
  };
}

t.test('a defect in a probe leaves its target untested and does not affect others', async (t) => {
  const peer = await openPeer(t, silent);
  const {
    targets: seen,
    observations,
    defects,
  } = await ran({
    options: { target: targets('tcp://10.0.0.1:80', 'tcp://10.0.0.2:80', 'tcp://10.0.0.3:80'), attempts: 3 },
    system: breakingAt(['10.0.0.2', '10.0.0.3'], [to(peer, null, 80)]),
  });
  t.match(seen, [
    { status: /^reachable$/ },
    { status: 'untested', failure: 'unexpected', reason: 'a defect in apim-probe put an end to this test' },
    { status: 'untested', failure: 'unexpected' },
  ]);
  t.equal(seen[1]?.attempts.length, 1, 'a retry would not fix it');
  t.equal(defects.length, 1, 'one defect is reported once');
  t.match(
    defects[0],
    /^a defect in apim-probe put an end to the test of custom\/10\.0\.0\.2:80 and of 1 more: TypeError: cannot read\\u\{1b\}\[2J 8/,
  );
  t.same(observations.environment.notes, defects);
});

t.test('evidence from another address takes precedence', async (t) => {
  const peer = await openPeer(t, silent);
  const names = await nameServer(t, () => ({ addresses: ['10.0.0.1', '10.0.0.2'] }));
  const world = closedWorld([to(names, '10.255.0.1', 53), to(peer, '10.0.0.1', 80)]);
  const system = {
    ...world,
    route: (host: string, address: string, port: number) => {
      if (address === '10.0.0.2') throw new RangeError('out of range');
      return world.route(host, address, port);
    },
  };
  const { only, defects } = await ran({
    options: { target: targets('tcp://a.example:80') },
    names: [names],
    system,
  });
  t.equal(only.status, 'reachable');
  t.equal(only.attempts.length, 2);
  t.equal(defects.length, 1);
});

t.test('a control with a defect is omitted', async (t) => {
  const peer = await openPeer(t, silent);
  const run = await ran({
    options: { target: targets('tcp://10.0.0.1:80') },
    system: breakingAt(['192.0.2.1'], [to(peer, null, 80)]),
  });
  t.equal(run.only.status, 'reachable');
  t.notOk(run.controls.some(({ name }) => name === 'tcp-reserved-address'));
  t.ok(run.controls.some(({ name }) => name === 'clock'));
  t.match(run.defects, [/put an end to the test of tcp-reserved-address: TypeError/]);
});

t.test('a defect outside the probe ends only that target', async (t) => {
  const peer = await openPeer(t, silent);
  const world = closedWorld([to(peer, null, 80)]);
  let calls = 0;
  const system = {
    ...world,
    // Attempts read the clock outside of their try block.
    now: () => {
      calls += 1;
      if (calls === 2) throw new Error('no clock');
      return world.now();
    },
  };
  const { targets: seen, defects } = await ran({
    options: { target: targets('tcp://10.0.0.1:80', 'tcp://10.0.0.2:80') },
    system,
  });
  t.same(seen.map(({ status }) => status).toSorted(), ['reachable', 'untested']);
  t.match(defects, [/Error: no clock/]);
});

t.test('errors of the system and of libraries are not defects', async (t) => {
  const withCode = (error: Error, code: string) => Object.assign(error, { code });
  t.notOk(isDefect(withCode(new Error('x'), 'EMFILE')));
  t.notOk(isDefect(withCode(new Error('x'), 'ERR_OSSL_BAD')));
  t.ok(isDefect(withCode(new TypeError('x'), 'ERR_INVALID_ARG_TYPE')));
  t.ok(isDefect(new ReferenceError('x')));
  t.ok(isDefect(new Error('x')));
  t.ok(isDefect('a string'));
});

t.test('a defect is reported with its source position, without a path of the machine', async (t) => {
  const error = new RangeError('too far');
  error.stack = 'RangeError: too far\n    at f (file:///home/me/apim-probe/src/run/target.ts:33:5)\n    at g';
  t.equal(
    defectNote('the diagnosis', error),
    'a defect in apim-probe put an end to the diagnosis: RangeError: too far (src/run/target.ts:33:5)',
  );
  t.equal(
    defectNote('the run', 'thrown\u0007'),
    'a defect in apim-probe put an end to the run: thrown\\u{7}',
  );
  const defects = new Defects();
  defects.add('one', new ProbeError('unexpected', 'odd'));
  t.match(defects.notes(), [/the test of one: ProbeError: odd/]);
});

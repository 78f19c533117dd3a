/** The controls that dial another server's address, and that ask once more at the end. */
import t from 'tap';
import { silent } from '../../servers/behaviours.ts';
import { openPeer } from '../../servers/peer.ts';
import { type NameAnswer, nameServer, to } from '../peers.ts';
import { controlOf, IMPATIENT, ran, serverAddress, targets } from '../runs.ts';

const AZURE = '168.63.129.16';
const target = targets('tcp://a.example:80');
const [WRONG, RIGHT] = ['10.0.0.1', '10.0.0.2'];
/** A server that knows the target's name alone. */
const knowing = (address: string) =>
  nameServer(t, (name) => (name === 'a.example' ? answer(address) : { rcode: 'NXDOMAIN' }));
const answer = (address: string): NameAnswer => ({ addresses: [address] });

t.test('another address: of Azure DNS, where the service is', async (t) => {
  const [custom, azure] = [await knowing(WRONG), await knowing(RIGHT)];
  const service = await openPeer(t, silent);
  const run = await ran({
    options: { target },
    names: [custom],
    redirections: [to(azure, AZURE, 53), to(service, RIGHT, 80)],
  });
  t.match(controlOf(run, 'dns-other-address'), {
    outcome: 'anomalous',
    detail: { server: AZURE, address: RIGHT, instead: WRONG, works: true, failure: null },
  });
  t.match(run.only, { status: 'unreachable', failure: 'tcp_refused', cause: 'dns-servers-disagree' });
});

t.test('another address: of a second server, where nothing is either', async (t) => {
  const names = [await knowing(WRONG), await knowing(RIGHT)];
  const run = await ran({ options: { target }, names });
  t.match(controlOf(run, 'dns-other-address'), {
    outcome: 'expected',
    detail: { server: serverAddress(1), address: RIGHT, works: false, failure: 'tcp_refused' },
  });
  t.equal(run.only.cause, 'outbound-rejected');
});

t.test('another address: none is dialled where there is none, or the target was reached', async (t) => {
  const service = await openPeer(t, silent);
  const same = [await knowing(WRONG), await knowing(WRONG)];
  const other = [await knowing(WRONG), await knowing('127.0.0.1')];
  const differing = [await knowing(RIGHT), await knowing(WRONG)];
  for (const names of [same, other, differing]) {
    const run = await ran({ options: { target }, names, redirections: [to(service, RIGHT, 80)] });
    t.notOk(run.controls.some(({ name }) => name === 'dns-other-address'));
  }
});

/** A server that gives the target's name this answer at first, and then that one. */
async function changing(first: NameAnswer, then: NameAnswer, times = 1) {
  let asked = 0;
  return nameServer(t, (name) => {
    if (name !== 'a.example') return { rcode: 'NXDOMAIN' };
    asked += 1;
    // A and AAAA make one question.
    return asked <= 2 * times ? first : then;
  });
}

t.test('a second answer: the same, another one, none', async (t) => {
  for (const [first, then, outcome, answers] of [
    [answer(RIGHT), answer(RIGHT), 'expected', []],
    [answer('20.0.0.1'), answer('20.0.0.2'), 'expected', [{ addresses: ['20.0.0.2'] }]],
    [{ rcode: 'NXDOMAIN' }, answer(RIGHT), 'anomalous', [{ rcode: 'NOERROR', addresses: [RIGHT] }]],
    [answer(RIGHT), { rcode: 'SERVFAIL' }, 'anomalous', [{ rcode: 'SERVFAIL', addresses: [] }]],
    [answer(RIGHT), 'silence', 'unknown', []],
  ] as const) {
    const run = await ran({ options: { target }, names: [await changing(first, then)] });
    const control = controlOf(run, 'dns-second-answer');
    t.match(control, { outcome, detail: { asked: 1, answers } });
    t.equal(control.detail.answers.length, answers.length);
  }
});

t.test('a second answer: asked for several times while the target fails', async (t) => {
  for (const [times, answers] of [
    [4, [{ addresses: [RIGHT] }]],
    [6, []],
  ] as const) {
    const server = await changing({ rcode: 'NXDOMAIN' }, answer(RIGHT), times);
    const run = await ran({ options: { target }, names: [server] });
    const { detail } = controlOf(run, 'dns-second-answer');
    t.match(detail, { asked: 1, answers });
    t.equal(detail.answers.length, answers.length);
  }
});

t.test('a second answer: no server that was silent is asked again', async (t) => {
  const mute = await nameServer(t, () => 'silence');
  const run = await ran({ options: { target, ...IMPATIENT }, names: [mute] });
  t.notOk(run.controls.some(({ name }) => name === 'dns-second-answer'));
});

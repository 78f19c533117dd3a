import fc from 'fast-check';
import t from 'tap';
import { pingCommand, readPing } from '../../probes/ping-output.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

const RUNS = fuzzRuns();
const readOutput = (output: string) => readPing({ kind: 'ended', output });

t.test('one echo request to one address, on each system', async (t) => {
  const size = ['-s', '56'];
  t.same(pingCommand('linux', '10.0.0.4', 1500), ['ping', '-n', '-W', '2', '-c', '1', ...size, '10.0.0.4']);
  t.same(pingCommand('linux', 'fd00::4', 10), ['ping', '-n', '-W', '1', '-c', '1', ...size, 'fd00::4']);
  t.same(pingCommand('darwin', 'fd00::4', 5000), ['/sbin/ping6', '-n', '-c', '1', ...size, 'fd00::4']);
  t.match(pingCommand('darwin', '10.0.0.4', 5000), ['/sbin/ping', '-n', '-W', '5000', '-c', '1']);
  t.match(pingCommand('win32', '10.0.0.4', 1500).slice(1, 6), ['-4', '-w', '2000', '-n', '1']);
  t.equal(pingCommand('sunos', '10.0.0.4', 1)[0], 'ping', 'elsewhere as on Linux');
});

t.test('only an address is passed to ping', async (t) => {
  for (const word of ['', '-f', 'example.net', '10.0.0.4; reboot', '$(reboot)', '10.0.0.4 -f', '\0']) {
    t.throws(() => pingCommand('linux', word, 1000), RangeError, JSON.stringify(word));
  }
});

t.test('a reply in the format of each ping', async (t) => {
  for (const [output, rttMs] of [
    [
      'PING 10.0.0.4 (10.0.0.4) 56(84) bytes of data.\n64 bytes from 10.0.0.4: icmp_seq=1 ttl=64 time=0.045 ms\n',
      0.045,
    ],
    ['PING 10.0.0.4 (10.0.0.4): 56 data bytes\n64 bytes from 10.0.0.4: seq=0 ttl=64 time=1.250 ms\n', 1.25],
    ['16 bytes from fd00::4, icmp_seq=0 hlim=64 time=0.089 ms\n', 0.089],
    ['Reply from 10.0.0.4: bytes=32 time<1ms TTL=128\r\n', 1],
    ['Antwort von 10.0.0.4: Bytes=32 Zeit=12ms TTL=57\r\n', 12],
    ['64 bytes from 10.0.0.4: icmp_seq=1 ttl=64\n', null],
  ] as const) {
    t.same(readOutput(output), { kind: 'answered', rttMs }, output);
  }
});

t.test('no reply', async (t) => {
  t.same(
    readOutput('PING 10.0.0.4 (10.0.0.4) 56(84) bytes of data.\n\n1 packets transmitted, 0 received\n'),
    {
      kind: 'silent',
    },
  );
  t.same(readOutput('Request timed out.\r\n'), { kind: 'silent' });
  t.same(readOutput(''), { kind: 'silent' });
});

t.test('a refusal by a router', async (t) => {
  for (const line of [
    'From 10.1.0.1 icmp_seq=1 Destination Host Unreachable',
    'From 10.1.0.1 icmp_seq=1 Packet filtered, administratively prohibited',
    'From 10.1.0.1 icmp_seq=1 Time to live exceeded',
    'ping: connect: Network is unreachable',
    // Windows prints this as a reply and exits with 0.
    'Reply from 10.1.0.1: Destination host unreachable.',
  ]) {
    t.same(readOutput(`PING\r\n${line}\r\n1 packets\r\n`), { kind: 'refused', why: line });
  }
});

t.test('a machine that cannot ping', async (t) => {
  t.match(readPing({ kind: 'not-started', code: 'ENOENT' }), { kind: 'impossible', why: /no ping program/ });
  t.match(readPing({ kind: 'not-started', code: 'EACCES' }), { kind: 'impossible', why: /EACCES/ });
  for (const line of [
    'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n',
    'ping: permission denied (are you root?)\n',
    "ping: invalid option -- 'W'\n",
    'Usage: ping [-aAbBdDfhLnOqrRUvV]\n',
  ]) {
    t.match(readOutput(line), { kind: 'impossible' }, line);
  }
});

t.test('a machine that has run out of a resource', async (t) => {
  for (const code of ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']) {
    t.match(readPing({ kind: 'not-started', code }), { kind: 'limited', why: new RegExp(code) });
  }
  for (const [line, code] of [
    ['ping: sendmsg: No buffer space available\n', 'ENOBUFS'],
    ['ping: socket: Too many open files\n', 'EMFILE'],
    ['ping: socket: Too many open files in system\n', 'ENFILE'],
    ['ping: Cannot allocate memory\n', 'ENOMEM'],
  ] as const) {
    t.match(readOutput(line), { kind: 'limited', why: new RegExp(`${code}$`) }, line);
  }
});

t.test('any output gives one of the five kinds', async () => {
  const part = fc.constantFrom('ttl=', 'time=', 'TTL=64', '1e999', 'ms', '9', '\n', 'unreachable', ',', '.');
  const output = fc.oneof(
    fc.string(),
    fc.array(part).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(output, (text) => {
      const pinged = readOutput(text);
      if (pinged.kind !== 'answered')
        return ['silent', 'refused', 'limited', 'impossible'].includes(pinged.kind);
      return pinged.rttMs === null || (pinged.rttMs >= 0 && Number.isFinite(pinged.rttMs));
    }),
    { numRuns: RUNS },
  );
});

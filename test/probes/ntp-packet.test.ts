import fc from 'fast-check';
import t from 'tap';
import { describeKiss, encodeRequest, readAnswer, toUnixMs } from '../../probes/ntp-packet.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

const RUNS = fuzzRuns();
const NONCE = Buffer.from('0102030405060708', 'hex');

/** The fields of figure 8 of RFC 5905. */
function packet(fields: Partial<Record<'flags' | 'referenceId' | 'origin' | 'received' | 'sent', string>>) {
  return Buffer.from(
    [
      fields.flags ?? '24010ae9', // leap 0, version 4, mode 4; stratum 1; poll; precision
      '00000000', // root delay
      '00000010', // root dispersion
      fields.referenceId ?? '47505300', // "GPS"
      'e8f0000000000000', // reference time stamp
      fields.origin ?? '0102030405060708',
      fields.received ?? 'e8f0000140000000',
      fields.sent ?? 'e8f0000180000000',
    ].join(''),
    'hex',
  );
}

t.test('a request contains only its nonce', async (t) => {
  const request = Buffer.from(encodeRequest(NONCE));
  t.equal(request.toString('hex'), `23${'00'.repeat(39)}0102030405060708`);
});

t.test('a reply', async (t) => {
  t.same(readAnswer(packet({}), NONCE), {
    kind: 'reply',
    reply: {
      synchronised: true,
      stratum: 1,
      referenceId: 'GPS',
      kiss: null,
      received: 0xe8f00001 + 0.25,
      sent: 0xe8f00001 + 0.5,
    },
  });
  t.match(
    readAnswer(Buffer.concat([packet({}), Buffer.alloc(20)]), NONCE),
    { kind: 'reply' },
    'with a digest',
  );
  t.match(readAnswer(packet({ flags: '1c010ae9' }), NONCE), { kind: 'reply' }, 'of version 3');
  t.match(readAnswer(packet({ flags: 'e40f0ae9' }), NONCE), { reply: { synchronised: false, stratum: 15 } });
  t.match(readAnswer(packet({ flags: '24020ae9', referenceId: '0a010004' }), NONCE), {
    reply: { stratum: 2, referenceId: '10.1.0.4' },
  });
});

t.test('a server without a valid time', async (t) => {
  const none = { received: '0'.repeat(16), sent: '0'.repeat(16) };
  t.match(readAnswer(packet({ flags: 'e4000ae9', referenceId: '52415445', ...none }), NONCE), {
    kind: 'reply',
    reply: { stratum: 0, kiss: 'RATE', referenceId: 'RATE', received: 0 },
  });
  t.match(readAnswer(packet({ flags: 'e4000ae9', referenceId: '00000000' }), NONCE), {
    reply: { stratum: 0, kiss: null, referenceId: '' },
  });
  t.match(readAnswer(packet({ flags: 'e4100ae9', ...none }), NONCE), { reply: { stratum: 16, kiss: null } });
  t.match(describeKiss('RATE'), /too many requests/);
  t.equal(describeKiss('XYZW'), null);
});

t.test('what is not an answer to this request', async (t) => {
  t.match(readAnswer(packet({ origin: '0102030405060709' }), NONCE), {
    kind: 'unrelated',
    why: /without the timestamp/,
  });
  t.match(readAnswer(encodeRequest(NONCE), NONCE), { kind: 'unrelated' }, 'the request itself, sent back');
  t.match(readAnswer(packet({}).subarray(0, 47), NONCE), { kind: 'unrelated', why: /47 octets/ });
  t.match(readAnswer(new Uint8Array(), NONCE), { kind: 'unrelated', why: /0 octets/ });
});

t.test('an answer that is not an NTP reply', async (t) => {
  for (const [fields, why] of [
    [{ flags: '23010ae9' }, /mode 3/],
    [{ flags: '25010ae9' }, /mode 5/],
    [{ flags: '04010ae9' }, /version 0/],
    [{ flags: '2c010ae9' }, /version 5/],
    [{ flags: '24110ae9' }, /stratum 17/],
    [{ received: '0'.repeat(16) }, /without a time/],
    [{ sent: '0'.repeat(16) }, /without a time/],
  ] as const) {
    t.match(readAnswer(packet(fields), NONCE), { kind: 'malformed', why });
  }
});

t.test('the dates of RFC 5905, figure 4, in either era', async (t) => {
  for (const [date, seconds] of [
    ['1970-01-01', 2_208_988_800],
    ['1972-01-01', 2_272_060_800],
    ['1999-12-31', 3_155_587_200],
    ['2036-02-08', 63_104],
  ] as const) {
    const expected = Date.parse(date);
    t.equal(toUnixMs(seconds, expected + 86_400_000), expected, date);
    t.equal(toUnixMs(seconds, expected - 30 * 365 * 86_400_000), expected, `${date}, seen 30 years before`);
    t.equal(toUnixMs(seconds, expected + 30 * 365 * 86_400_000), expected, `${date}, seen 30 years later`);
  }
  t.equal(toUnixMs(0.5, Date.parse('2036-02-07T06:28:15Z')), Date.parse('2036-02-07T06:28:16.500Z'));
});

t.test('any bytes give one of the three kinds', async () => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 128 }),
    // With the right nonce, so that the rest is decoded.
    fc.uint8Array({ minLength: 48, maxLength: 80 }).map((bytes) => {
      bytes.set(NONCE, 24);
      return bytes;
    }),
  );
  fc.assert(
    fc.property(octets, (bytes) => {
      const answer = readAnswer(bytes, NONCE);
      if (answer.kind !== 'reply') return answer.why !== '';
      const { stratum, referenceId, kiss, received, sent } = answer.reply;
      const times = [received, sent].every((time) => time >= 0 && time < 2 ** 32);
      return stratum <= 16 && referenceId.length <= 15 && (kiss === null || stratum === 0) && times;
    }),
    { numRuns: RUNS },
  );
});

t.test('in any era the time nearest to now is chosen', async () => {
  const ms = fc.integer({ min: -2_000_000_000_000, max: 8_000_000_000_000 });
  const skew = fc.integer({ min: -2_100_000_000_000, max: 2_100_000_000_000 });
  fc.assert(
    fc.property(ms, skew, (time, off) => {
      const seconds = (((time / 1000 + 2_208_988_800) % 2 ** 32) + 2 ** 32) % 2 ** 32;
      return Math.abs(toUnixMs(seconds, time + off) - time) < 1;
    }),
    { numRuns: RUNS },
  );
});

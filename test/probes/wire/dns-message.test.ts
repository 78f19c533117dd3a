import { isIP } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import {
  encodeQuestion,
  isValidQuestionName,
  type Question,
  readReply,
  sameName,
} from '../../../probes/wire/dns-message.ts';
import { fuzzRuns } from '../../fuzz-runs.ts';
import {
  a,
  aaaa,
  cname,
  name,
  opt,
  pointer,
  RCODES,
  type Reply,
  readQuery,
  record,
  reply,
  soa,
  TYPES,
} from '../../servers/dns-bytes.ts';

const ID = 0x1234;
const QUESTION: Question = { name: 'known.test', type: 'A' };
const ASKED = readQuery(Buffer.from(encodeQuestion(ID, QUESTION)));

const read = (changes: Reply, question = QUESTION) =>
  readReply(
    reply({ ...ASKED, ...readQuery(Buffer.from(encodeQuestion(ID, question))) }, changes),
    ID,
    question,
  );

t.test('the bytes of a question', async (t) => {
  t.equal(
    Buffer.from(encodeQuestion(ID, QUESTION)).toString('hex'),
    // Header, known.test A IN, OPT with 1,232 bytes of payload (RFC 1035 section 4.1, RFC 6891 section 6.1.2).
    '123401000001000000000001056b6e6f776e0474657374000001000100002904d0000000000000',
  );
  t.equal(
    Buffer.from(encodeQuestion(ID, { name: 'known.test.', type: 'AAAA' }, false)).toString('hex'),
    '123401000001000000000000056b6e6f776e047465737400001c0001',
  );
});

t.test('addresses and their CNAME chain, without those of other names', async (t) => {
  const result = read({
    answers: [
      a('third.test', '192.0.2.1'),
      cname('second.test', 'third.test'),
      cname('known.test', 'Second.Test'),
      a('THIRD.test', '192.0.2.2'),
      a('other.test', '192.0.2.3'),
      aaaa('third.test', '2001:db8:0:0:0:0:0:1'),
    ],
  });
  t.match(result, {
    kind: 'reply',
    reply: {
      rcode: 'NOERROR',
      truncated: false,
      cname: ['Second.Test', 'third.test'],
      endless: false,
      addresses: ['192.0.2.1', '192.0.2.2'],
      authority: { length: 0 },
    },
  });
});

t.test('IPv6', async (t) => {
  const question = { name: 'known.test', type: 'AAAA' } as const;
  const result = read(
    { answers: [aaaa('known.test', '2001:db8:0:0:0:0:0:1'), a('known.test', '192.0.2.1')] },
    question,
  );
  t.match(result, { reply: { addresses: ['2001:db8::1'] } });
});

t.test('the authority of a negative answer from a private zone', async (t) => {
  const zone = 'privatelink.blob.core.windows.net';
  const result = read({
    rcode: RCODES.NXDOMAIN,
    answers: [cname('known.test', `known.${zone}`)],
    authorities: [soa(zone, 'azureprivatedns.net')],
  });
  t.match(result, {
    reply: {
      rcode: 'NXDOMAIN',
      cname: [`known.${zone}`],
      addresses: { length: 0 },
      authority: [`${zone} azureprivatedns.net`],
    },
  });
});

t.test('return codes by name, and by number where RFC 6891 gives them more bits', async (t) => {
  for (const [word, rcode] of Object.entries(RCODES)) t.match(read({ rcode }), { reply: { rcode: word } });
  t.match(read({ rcode: 0, additionals: [opt(1)] }), { reply: { rcode: 'RCODE16' } });
  t.match(read({ rcode: 2, additionals: [opt(0)] }), { reply: { rcode: 'SERVFAIL' } });
});

t.test('an answer to another question is foreign', async (t) => {
  const other = readQuery(Buffer.from(encodeQuestion(ID, { name: 'other.test', type: 'A' }))).question;
  const otherType = readQuery(Buffer.from(encodeQuestion(ID, { name: 'known.test', type: 'AAAA' }))).question;
  t.match(read({ id: 0x4321 }), { kind: 'foreign', why: 'wrong id' });
  t.match(read({ isResponse: false }), { kind: 'foreign', why: 'not a response' });
  t.match(read({ question: other }), { kind: 'foreign', why: 'wrong question' });
  t.match(read({ question: otherType }), { kind: 'foreign', why: 'wrong question' });
});

t.test('an error may omit the question or change its case', async (t) => {
  t.match(read({ question: null, rcode: RCODES.REFUSED }), { kind: 'reply', reply: { rcode: 'REFUSED' } });
  const shouted = Buffer.concat([name('KNOWN.Test'), Buffer.from([0, 1, 0, 1])]);
  t.match(read({ question: shouted }), { kind: 'reply' });
});

t.test('chains that never end', async (t) => {
  const loops: Record<string, Buffer[]> = {
    'of one': [cname('known.test', 'known.test')],
    'of two': [cname('known.test', 'a.test'), cname('a.test', 'known.test')],
    'of three, entered from outside': [
      cname('known.test', 'a.test'),
      cname('a.test', 'b.test'),
      cname('b.test', 'a.test'),
    ],
    'of very many': Array.from({ length: 60 }, (_, index) =>
      cname(index === 0 ? 'known.test' : `n${index}.test`, `n${index + 1}.test`),
    ),
  };
  for (const [title, answers] of Object.entries(loops)) {
    const result = read({ answers });
    t.match(result, { kind: 'reply', reply: { endless: true, addresses: { length: 0 } } }, title);
    t.ok(result.kind === 'reply' && result.reply.cname.length <= 16);
  }
});

t.test('messages that no valid encoder produces', async (t) => {
  const whole = reply(ASKED, { answers: [a('known.test', '192.0.2.1')] });
  const unreadable: Record<string, Buffer> = {
    'a pointer to itself': reply(ASKED, { answers: [record(pointer(28), TYPES.A, Buffer.alloc(4))] }),
    'pointers to each other': reply(ASKED, {
      answers: [record(Buffer.concat([pointer(30), pointer(28)]), TYPES.A, Buffer.alloc(4))],
    }),
    'a pointer past the end': reply(ASKED, { answers: [record(pointer(0x3fff), TYPES.A, Buffer.alloc(4))] }),
    'more records than there are': Buffer.concat([
      whole.subarray(0, 6),
      Buffer.from([255, 255]),
      whole.subarray(8),
    ]),
    'half a header': whole.subarray(0, 5),
    nothing: Buffer.alloc(0),
    text: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
  };
  for (const [title, bytes] of Object.entries(unreadable)) {
    t.match(readReply(bytes, ID, QUESTION).kind, /^(malformed|foreign)$/, title);
  }
});

t.test('a truncated address is ignored', async (t) => {
  const whole = reply(ASKED, { answers: [a('known.test', '192.0.2.1')] });
  for (const missing of [1, 2, 3, 4]) {
    const result = readReply(whole.subarray(0, whole.length - missing), ID, QUESTION);
    t.ok(result.kind !== 'reply' || result.reply.addresses.length === 0, `${missing} bytes short`);
  }
});

t.test('names with control characters', async (t) => {
  const evil = Buffer.from('\u001b[2J', 'latin1').toString('latin1');
  const result = read({
    answers: [cname('known.test', `${evil}.test`)],
    authorities: [soa(`${evil}.test`, `${evil}.net`)],
  });
  t.match(result, {
    reply: {
      cname: ['\\u{1b}[2J.test'],
      authority: ['\\u{1b}[2J.test \\u{1b}[2J.net'],
      zone: { name: '\\u{1b}[2J.test', primary: '\\u{1b}[2J.net' },
    },
  });
});

t.test('the zone of a name, from the answer before the authority, and its primary', async (t) => {
  const question = { name: 'known.test', type: 'SOA' } as const;
  t.equal(
    Buffer.from(encodeQuestion(ID, question, false)).toString('hex'),
    '123401000001000000000000056b6e6f776e04746573740000060001',
  );
  const asked = { ...ASKED, question: Buffer.from('056b6e6f776e04746573740000060001', 'hex') };
  const zoneOf = (changes: Parameters<typeof reply>[1]) => {
    const result = readReply(reply(asked, changes), ID, question);
    return result.kind === 'reply'
      ? [result.reply.zone?.name ?? null, result.reply.authoritative]
      : result.kind;
  };
  const [own, parent] = [soa('known.test', 'ns.test'), soa('test', 'ns.test')];
  t.same(zoneOf({ authoritative: true, answers: [own], authorities: [parent] }), ['known.test', true]);
  t.same(zoneOf({ authorities: [parent] }), ['test', false]);
  t.same(zoneOf({}), [null, false]);
});

t.test('all lists are bounded', async (t) => {
  const answers = Array.from({ length: 500 }, (_, index) => a('known.test', `192.0.2.${index % 256}`));
  const authorities = Array.from({ length: 500 }, () => soa('known.test', 'ns.test'));
  const result = read({ answers, authorities });
  t.equal(result.kind === 'reply' && result.reply.addresses.length, 32);
  t.equal(result.kind === 'reply' && result.reply.authority.length, 4);
});

/** Any bytes give one of three kinds, within bounds. */
function isBounded(bytes: Uint8Array, question: Question): boolean {
  const result = readReply(bytes, ID, question);
  if (result.kind !== 'reply') return result.why.length <= 120;
  const { addresses, cname: chain, authority, zone } = result.reply;
  const family = question.type === 'A' ? 4 : 6;
  return (
    addresses.length <= 32 &&
    addresses.every((address) => isIP(address) === family) &&
    chain.length <= 16 &&
    [...chain, ...authority, zone?.name ?? '', zone?.primary ?? ''].every(
      (text) => text.length <= 512 && !/[\p{Cc}\p{Cf}]/u.test(text),
    )
  );
}

const question = fc.constantFrom<Question>(
  QUESTION,
  { name: 'known.test', type: 'AAAA' },
  { name: 'known.test', type: 'SOA' },
);

t.test('any bytes at all', async (t) => {
  const withId = fc.uint8Array({ maxLength: 600 }).map((bytes) => {
    bytes.set([ID >> 8, ID & 255, 0x81].slice(0, bytes.length));
    return bytes;
  });
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), withId), question, isBounded), {
    numRuns: fuzzRuns(),
  });
  t.pass('held');
});

t.test('a valid reply with bytes changed or cut off', async (t) => {
  const good = [
    reply(ASKED, {
      answers: [cname('known.test', 'a.test'), a('a.test', '192.0.2.1')],
      additionals: [opt(0)],
    }),
    reply(ASKED, { rcode: 3, authorities: [soa('known.test', 'ns.test')] }),
  ];
  const change = fc.record({ at: fc.nat(200), to: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.array(change, { maxLength: 6 }),
      fc.nat(200),
      (bytes, changes, length) => {
        const broken = Buffer.from(bytes.subarray(0, Math.max(0, bytes.length - (length % 20))));
        for (const { at, to } of changes) if (at < broken.length && at > 2) broken[at] = to;
        return isBounded(broken, QUESTION);
      },
    ),
    { numRuns: fuzzRuns() },
  );
  t.pass('held');
});

t.test('the largest message there is, full of pointers, is read', async (t) => {
  const records = Array.from({ length: 4000 }, (_, index) =>
    record(pointer(12), TYPES.CNAME, pointer(12 + (index % 2) * 6)),
  );
  const bytes = reply(ASKED, { answers: records }).subarray(0, 65_535);
  t.ok(isBounded(bytes, QUESTION));
});

t.test('names compare without case and final dot', async (t) => {
  t.ok(sameName('Known.TEST.', 'known.test'));
  t.notOk(sameName('known.test', 'a.known.test'));
});

t.test('which aliases are valid in a question', async (t) => {
  for (const good of ['a', 'known.test', '_sip._tcp.known.test', 'a'.repeat(63), 'A-1.b'])
    t.ok(isValidQuestionName(good), good);
  const bad = [
    '',
    '.',
    'a..b',
    'a'.repeat(64),
    `${'a.'.repeat(127)}`,
    'a b.test',
    '\\u{1b}.test',
    'é.test',
    'a.test.',
  ];
  for (const name of bad) t.notOk(isValidQuestionName(name), name);
});

t.test('an answer with too many records is not decoded', async (t) => {
  const many = (count: number) =>
    read({ answers: Array.from({ length: count }, () => a('known.test', '192.0.2.1')) });
  t.match(many(1000), { kind: 'reply', reply: { addresses: ['192.0.2.1'] } });
  t.match(many(1100), { kind: 'malformed', why: '1101 records in one message' });
});

/** The last check: exact values of secrets that this process has read. */
import fc from 'fast-check';
import t from 'tap';
import { harmlessJson } from '../../../src/common/escaped-json.ts';
import {
  hideKnownSecrets,
  rememberHeader,
  rememberSecret,
  rememberUrl,
} from '../../../src/delivery/redaction/known-secrets.ts';
import { report } from '../../report/samples.ts';

t.test('what a URL opens its place with: the query, its values, the user-info', async (t) => {
  rememberUrl(
    'https://me:p4ssw%2Frd-x@h.example/c?sv=2022-11-02&se=2030-01-01T00:00:00Z&sig=Ab1%2Fc%2BdefghI%3D&t=tok3nvalue',
  );
  for (const secret of [
    ...['Ab1%2Fc%2BdefghI%3D', 'Ab1%2fc%2bdefghI%3d', 'Ab1/c+defghI='],
    ...['sv=2022-11-02&se=2030-01-01T00:00:00Z&sig=Ab1%2Fc%2BdefghI%3D&t=tok3nvalue', 'tok3nvalue'],
    ...['p4ssw%2Frd-x', 'p4ssw/rd-x', Buffer.from('me:p4ssw/rd-x').toString('base64')],
  ])
    t.equal(hideKnownSecrets(`a ${secret} b`), 'a *** b', secret);
  for (const text of ['2022-11-02 2030-01-01T00:00:00Z', 'https://h.example/c', 'me'])
    t.equal(hideKnownSecrets(text), text, 'what is not a secret of it');
});

t.test('headers, with and without their scheme', async (t) => {
  rememberHeader('Bearer t0ken-of-header');
  rememberHeader('w0rd of two w0rds');
  t.equal(hideKnownSecrets('t0ken-of-header, Bearer t0ken-of-header'), '***, ***');
  t.equal(hideKnownSecrets('[w0rd of two w0rds]'), '[***]');
});

t.test('a secret that is a word of reports leaves them readable', async (t) => {
  const json = harmlessJson(report());
  for (const word of ['reachable', 'targets', 'password', 'x1', '12345678', '']) rememberSecret(word);
  t.equal(hideKnownSecrets(json), json);
});

t.test('as JSON and HTML have it, and JSON stays JSON', async (t) => {
  const secret = 'a"1&b\\2<c';
  rememberSecret(secret);
  t.strictSame(JSON.parse(hideKnownSecrets(harmlessJson({ a: `x${secret}` }))), { a: 'x***' });
  rememberSecret('s3cret&andmore');
  t.equal(hideKnownSecrets('<p>s3cret&amp;andmore</p>'), '<p>***</p>');
});

t.test('the longest first: no part of one is left', async (t) => {
  rememberSecret('part0000');
  rememberSecret('part0000-and-whole');
  t.equal(hideKnownSecrets('part0000-and-whole part0000'), '*** ***');
});

t.test('for any secret and any text around it', async () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9+/=._~-]{6,40}$/).map((text) => `${text}a1`);
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (secret, before, after) => {
      rememberSecret(secret);
      return !hideKnownSecrets(`${before}${secret}${after}`).includes(secret);
    }),
    { numRuns: 200 },
  );
});

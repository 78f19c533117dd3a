/** `apim-probe explain`: by name, by words, by port. */
import t from 'tap';
import { FAILURES } from '../../probes/failures.ts';
import { findTopics } from '../../src/cli/explain-search.ts';
import { CAUSE_TEXTS } from '../../src/diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../../src/diagnosis/failures.ts';
import { TERMS } from '../../src/diagnosis/texts/terms.ts';
import { CAUSES, OWNERS, VERDICTS } from '../../src/model/vocabulary.ts';
import { invoke } from './harness.ts';

const explain = (...words: readonly string[]) => invoke(['explain', ...words], { cwd: t.testdirName });
const NAMES = [...CAUSES, ...FAILURES];

t.test('without words: a screen with every cause, by owner', async (t) => {
  const { code, out } = await explain();
  t.equal(code, 0);
  const lines = out.trimEnd().split('\n');
  t.ok(lines.length <= 24 && lines.every((line) => line.length <= 80), `${lines.length} lines`);
  for (const owner of OWNERS) {
    const [, block = ''] = new RegExp(`\\n  ${owner} +((?:\\S.*|\\n {12}.*)+)`).exec(out) ?? [];
    const names = block.split(/[\s,]+/);
    for (const cause of CAUSES) t.equal(names.includes(cause), CAUSE_TEXTS[cause].owner === owner, cause);
  }
  t.match(out, /\n {2}failures +dns_…, tcp_…, tls_…,/);
});

t.test('a name, in any spelling', async (t) => {
  for (const words of [['clock-skew'], ['CLOCK_SKEW'], ['clock', 'skew']]) {
    const { code, out } = await explain(...words);
    t.equal(code, 0);
    t.match(
      out,
      /^clock-skew: [\s\S]*Recognised by: [\s\S]*What to do:\n {2}1\. [\s\S]*\nOwner: this VM\nRead more: /,
    );
  }
  t.match((await explain('tcp-timeout')).out, /^tcp_timeout: [\s\S]*What to do next: /);
});

t.test('every cause and failure is found by its own words', async (t) => {
  for (const name of NAMES) {
    t.equal(findTopics(name.replaceAll(/[-_]/g, ' ')).about[0]?.name, name);
    const text = CAUSES.find((cause) => cause === name);
    const title =
      text === undefined ? FAILURE_TEXTS[name as keyof typeof FAILURE_TEXTS].means : CAUSE_TEXTS[text].title;
    const found = (words: string) => {
      const { about, mention } = findTopics(words);
      // A word that is a name itself stands alone, and the others beside it.
      const isName = NAMES.some((each) => each === words.replace(' ', '-'));
      return (isName ? [...about, ...mention] : about).map((topic) => topic.name);
    };
    t.ok(found(title).includes(name), `by its title: ${title}`);
    for (const word of [...name.split(/[-_]/), ...(TERMS[name]?.split(', ') ?? [])])
      t.ok(found(word).includes(name), `${name} by ${word.trim()}`);
  }
});

t.test('symptoms and numbers lead to what they mean', async (t) => {
  for (const [words, expected] of [
    ['mtu', 'packet-size-blackhole'],
    ['snat', 'intermittent-loss'],
    ['3443', 'gateway-not-serving'],
    ['6390', 'gateway-not-serving'],
    ['407', 'block-page'],
    ['timed out', 'tcp_timeout'],
    ['connection timed out', 'tcp_timeout'],
    ['tls_reset', 'tls_reset'],
    ['curl 60', 'tls-intercepted'],
    ['ENOTFOUND', 'dns_nxdomain'],
    ['/etc/hosts', 'hosts-file-override'],
    ['STARTTLS', 'starttls-stripped'],
  ] as const) {
    const { code, out } = await explain(...words.split(' '));
    t.equal(code, 0, words);
    t.match(out, new RegExp(`^(?:  )?${expected}(?::|  )`, 'm'), words);
  }
  t.match((await explain('mtu')).out, /\nSee also: .*tls_timeout/, 'and what mentions it');
  t.match((await explain('timed', 'out')).out, /is in the texts of \d+ topics, the closest first:/);
});

t.test('a port has its rows of the port table', async (t) => {
  t.match(
    (await explain('6390')).out,
    /^Port 6390 of API Management:\n {2}inbound TCP from AzureLoadBalancer, required: Health probe/,
  );
  t.match((await explain('3443')).out, /^Port 3443 [\s\S]*inbound TCP from ApiManagement, required: /);
  t.match((await explain('443')).out, /and \d+ more: "apim-probe plan" lists them/);
});

t.test('a verdict, as a summary ends with it', async (t) => {
  for (const verdict of VERDICTS) {
    const { code, out } = await explain(verdict.toUpperCase());
    t.equal(code, 0, verdict);
    t.match(out, new RegExp(`^Verdict ${verdict}: .*Exit code [013]\\.`, 's'));
  }
  t.match((await explain('blocked')).out, /tls-blocked/, 'and what else has the word');
});

t.test('a miss names what is near', async (t) => {
  t.match(await explain('fragmntation'), { code: 2, err: /Did you mean fragmentation\?/ });
  t.match(await explain('mtu', 'banana'), { code: 2, err: /Try fewer words: mtu\./ });
  t.match(await explain('xyzzy'), {
    code: 2,
    err: /is no cause, failure, verdict, port or word that this explains\. "apim-probe explain"/,
  });
  t.match(await explain('-----'), { code: 2 });
});

t.test('in ASCII where the locale asks for it', async (t) => {
  const ascii = await invoke(['explain', 'clock-skew'], { cwd: t.testdirName, env: { LANG: 'C' } });
  t.match(ascii.out, /^clock-skew: This VM's clock is wrong$/m);
  t.match(ascii.out, /^[\n -~]*$/);
  const message = await invoke(['compare'], { cwd: t.testdirName, env: { LANG: 'C' } });
  t.match(message.err, /the installer's/);
  t.match(message.err, /^[\n -~]*$/);
  const schemaIn = async (LANG: string) =>
    (await invoke(['schema'], { cwd: t.testdirName, env: { LANG } })).out;
  t.match(await schemaIn('C'), /[^\n -~]/);
  t.equal(await schemaIn('C'), await schemaIn('C.UTF-8'), 'documents stay as they are');
});

/** The effect of the search list on names that exist and that do not. */
import t from 'tap';
import { type NameAnswer, nameServer } from '../peers.ts';
import { controlOf, IMPATIENT, type RunChanges, ran, serverAddress, surveyWith, targets } from '../runs.ts';

const target = targets('tcp://a.example:1');
const DENIED: NameAnswer = { rcode: 'NXDOMAIN' };
const HERE: NameAnswer = { addresses: ['127.0.0.1'] };

async function searched(servers: RunChanges['names'], survey: RunChanges['survey'] = {}) {
  const run = await ran({
    options: { target, ...IMPATIENT },
    ...(servers && { names: servers }),
    survey: { searchDomains: ['corp.example', 'lab.example'], ...survey },
  });
  return controlOf(run, 'dns-search-domain');
}

t.test('a search list without effect', async (t) => {
  const names = await nameServer(t, (name) => (name === 'a.example' ? HERE : DENIED));
  const { outcome, detail } = await searched([names]);
  t.match(
    { outcome, ...detail },
    { outcome: 'expected', wildcards: { length: 0 }, surprises: { length: 0 } },
  );
  t.equal(
    names.questions.filter((question) => /^A x[0-9a-f]{16}\.(corp|lab)\.example$/.test(question)).length,
    2,
  );
  t.notOk(
    names.questions.some((question) => question.includes('a.example.')),
    'a name that resolves is not tried',
  );
});

t.test('a wildcard in a search domain, at one server of two', async (t) => {
  const honest = await nameServer(t, () => DENIED);
  const other = await nameServer(t, (name) => (name.endsWith('.lab.example') ? HERE : DENIED));
  const { outcome, detail } = await searched([honest, other]);
  t.equal(outcome, 'anomalous');
  t.match(detail.text, 'any name under the search domain lab.example resolves, to 127.0.0.1');
  t.match(detail.wildcards, [{ server: serverAddress(1), addresses: ['127.0.0.1'] }]);
  t.same(detail.surprises, []);
  t.notOk(
    other.questions.some((question) => question.includes('a.example.lab')),
    'nothing more is asked there',
  );
});

t.test('a name that resolves only with a suffix', async (t) => {
  const names = await nameServer(t, (name) => (name === 'a.example.corp.example' ? HERE : DENIED));
  const { outcome, detail } = await searched([names]);
  t.equal(outcome, 'anomalous');
  t.match(detail.surprises, [
    {
      host: 'a.example',
      domain: 'corp.example',
      answer: { name: 'a.example.corp.example', addresses: ['127.0.0.1'] },
    },
  ]);
  t.match(detail.text, /^a\.example means a\.example\.corp\.example here/);
});

t.test('with higher ndots the list is tried for a name that exists', async (t) => {
  const names = await nameServer(t, (name) =>
    name === 'a.example' || name === 'a.example.lab.example' ? HERE : DENIED,
  );
  const { environment } = surveyWith({});
  const system = { order: ['files', 'dns'], timeoutMs: 5000, attempts: 2, ndots: 5, rotate: false };
  const { detail } = await searched([names], {
    environment: { ...environment, dns: { ...environment.dns, system } },
  });
  t.match(detail.surprises, [{ host: 'a.example', domain: 'lab.example' }]);
});

t.test('no server answers', async (t) => {
  const { outcome } = await searched([await nameServer(t, () => 'silence')]);
  t.equal(outcome, 'unknown');
});

t.test('without a search list no query is sent', async (t) => {
  const names = await nameServer(t, () => DENIED);
  const run = await ran({ options: { target, ...IMPATIENT }, names: [names] });
  t.notOk(run.controls.some(({ name }) => name === 'dns-search-domain'));
});

t.test('of many missing names a few are tried', async (t) => {
  const names = await nameServer(t, () => DENIED);
  const urls = targets(...Array.from({ length: 60 }, (_, index) => `tcp://n${index}.example:1`));
  await ran({
    options: { target: urls, ...IMPATIENT },
    names: [names],
    survey: { searchDomains: ['corp.example'] },
  });
  const tried = new Set(names.questions.filter((question) => /^A n\d+\.example\.corp/.test(question)));
  t.equal(tried.size, 24);
});

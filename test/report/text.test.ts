import t from 'tap';
import { columns } from '../../src/common/text-lines.ts';
import type { Report, SubnetCapacity } from '../../src/model/report.ts';
import { GROUPS, OWNERS } from '../../src/model/vocabulary.ts';
import { renderText, type TextOptions } from '../../src/report/text.ts';
import { DROPPED, finding, NAMELESS, report, target, wholeCatalogue, withDropped } from './samples.ts';

/** The bytes that `az vm run-command` returns from the end of a command's output. */
const KEPT_BYTES = 4096;

const render = (value: Report, options: Partial<TextOptions> = {}) =>
  renderText(value, { color: false, width: 80, quiet: false, ...options });

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');
const lines = (text: string) => text.trimEnd().split('\n');
/** Wrapped text as one line, for sentences that may break anywhere. */
const flat = (text: string) => text.replace(/\s+/g, ' ');

const blocked = report({ verdict: 'blocked', targets: withDropped(['sql']), findings: [finding()] });

t.test('a healthy run of the whole catalogue is short, and ends in its verdict', async (t) => {
  const healthy = report();
  t.ok(healthy.targets.length >= 55, 'as many targets as the catalogue');
  for (const color of [false, true]) {
    t.ok(bytes(render(healthy, { color })) < KEPT_BYTES, `${color ? 'with' : 'without'} colour`);
  }
  const text = render(healthy);
  t.equal(lines(text).at(-1), 'READY: every required endpoint was reached (13 of 13); optional: 44 of 44.');
  t.ok(text.endsWith('\n'));
  t.notMatch(text, /problem|warning|✗|!/, 'no problem');
  t.ok(lines(text).every((line) => line.length <= 80));
});

t.test('quiet leaves the titles of the findings and the verdict', async (t) => {
  t.same(lines(render(report(), { quiet: true })), [
    'READY: every required endpoint was reached (13 of 13); optional: 44 of 44.',
  ]);
  t.match(
    flat(render(blocked, { quiet: true })),
    /^✗ Outbound TCP 1433 to Azure SQL is dropped without a word \(outbound-dropped; 1 endpoint\) BLOCKED: /,
  );
});

t.test('a finding has title, owner, explanation, remedy and a command that confirms the fix', async (t) => {
  const text = render(blocked);
  t.match(text, /^✗ Outbound TCP 1433 to Azure SQL is dropped without a word$/m);
  t.match(text, /^ {2}Owner: the network \(.*\)\. Cause: outbound-dropped\.$/m);
  t.match(flat(text), 'A network security group rule, a route to nowhere or a firewall discards it.');
  t.match(text, /^ {4}1\. Allow outbound TCP 1433 /m);
  t.match(text, /^ {4}2\. Where a route sends /m);
  t.match(text, /^ {7}the service endpoint/m, 'steps hang under their number');
  t.match(text, /^ {4}apim-probe run --sql contoso-probe --only sql$/m, 'the command has a line of its own');
  t.match(text, /^ {4}sql\/contoso-probe\.database\.windows\.net:1433$/m);
  t.ok(text.indexOf('Owner:') > text.indexOf('other groups'), 'the table comes before the findings');
});

t.test('a command is never broken, however long', async (t) => {
  const confirm = `apim-probe run ${'--only storage-blob '.repeat(8)}--quiet`;
  const text = render(report({ verdict: 'blocked', findings: [finding({ confirm })] }));
  t.ok(lines(text).includes(`    ${confirm}`));
});

t.test('every owner has a readable name', async (t) => {
  for (const owner of OWNERS) {
    const text = render(report({ findings: [finding({ owner, severity: 'warning' })] }));
    t.match(text, /^ {2}Owner: [^.]*\b(network|DNS|service|VM|platform)\b/m, owner);
  }
});

t.test('many targets of one finding are abbreviated', async (t) => {
  const evidence = wholeCatalogue().map((one) => one.id);
  const text = render(report({ verdict: 'blocked', findings: [finding({ evidence })] }));
  t.match(text, `Explains ${evidence.length} endpoints:`);
  t.match(text, `and ${evidence.length - 4} more`);
});

t.test('a group in trouble has a line for each target, with failure and cause', async (t) => {
  const text = render(blocked);
  t.match(text, /^✗ sql +0 of 1$/m);
  t.match(text, /^ {2}✗ contoso-probe\.database\.windows\.net:1433 {2}tcp_timeout, outbound-dropped$/m);
  t.match(text, /^✓ 20 other groups +12 of 12 +44 of 44 +2\.1 ms$/m, 'the others share a line');
  t.notMatch(text, 'azure-monitor');
});

t.test('a ping is shown without a port', async (t) => {
  const ping = target('custom', '10.9.9.9', 0, {
    ...DROPPED,
    protocol: 'icmp',
    failure: 'protocol_timeout',
    cause: null,
  });
  t.match(
    render(report({ targets: [...wholeCatalogue(), ping] })),
    /^ {2}✗ 10\.9\.9\.9 {2}protocol_timeout$/m,
  );
});

t.test('groups without trouble share a line; verbose has a line for each group and endpoint', async (t) => {
  const shuffled = report({ targets: wholeCatalogue().reverse() });
  t.match(render(shuffled), /^✓ 21 groups +13 of 13 +44 of 44 +2\.1 ms$/m);
  const text = render(shuffled, { verbose: true });
  const shown = lines(text).flatMap((line) => /^✓ (\S+) /.exec(line)?.[1] ?? []);
  t.same(shown, GROUPS, 'in the order of the vocabulary');
  for (const { host, port } of shuffled.targets)
    t.ok(
      lines(text).some((line) => line.startsWith(`  ✓ ${host}:${port} `) && line.endsWith(' 2.1 ms')),
      host,
    );
  const alone = report({ targets: [target('sql', 'a.example', 1433, { required: true })] });
  t.match(render(alone), /^✓ sql +1 of 1 +2\.1 ms$/m, 'a single one has its name');
});

t.test('verbose cuts nothing, and what is cut says so', async (t) => {
  const evidence = wholeCatalogue().map((one) => one.id);
  const names = Array.from({ length: 100 }, (_, index) => `host${index}.example.com`);
  const remedy = [`Exempt these: ${names.join(', ')}.`];
  const targets = evidence.map((id, port) => target('smtp', id.replace(/.*\/|:.*/g, ''), port + 1, DROPPED));
  const whole = report({ verdict: 'blocked', targets, findings: [finding({ evidence, remedy })] });
  const usual = render(whole);
  t.match(flat(usual), 'host5.example.com');
  t.notMatch(usual, 'host99.example.com');
  t.match(flat(usual), /… \(-v shows all\)/);
  t.match(usual, `and ${evidence.length - 4} more (-v shows all)`);
  t.match(flat(usual), `and ${targets.length - 4} more: tcp_timeout, outbound-dropped (-v shows all)`);
  const verbose = render(whole, { verbose: true });
  const details = verbose.slice(0, verbose.indexOf('In short:'));
  t.match(details, 'host99.example.com');
  for (const id of evidence) t.match(details, `    ${id}\n`);
  for (const { host, port } of targets) t.match(details, `✗ ${host}:${port} `);
  t.notMatch(details, '-v shows all');
});

/** Rows of the smallest terminal in use, without the one of the prompt. */
const SCREEN_ROWS = 23;

t.test('what matters fits on the last screen', async (t) => {
  const many = (number: number) =>
    Array.from({ length: number }, (_, index) =>
      finding({ title: `Fault ${index} of this network`, confirm: `nslookup host${index}.example 10.0.0.4` }),
    );
  const screenOf = (findings: Report['findings'], width = 80) => {
    const text = render(report({ verdict: 'blocked', targets: withDropped(['sql']), findings }), {
      ...{ width, files: ['/tmp/r.json'], inFull: 'apim-probe render /tmp/r.json -v' },
    });
    return { text, screen: lines(text).slice(-SCREEN_ROWS).join('\n') };
  };
  const one = screenOf(many(1));
  t.match(
    one.screen,
    /^✗ Fault 0 [\s\S]*Owner: [\s\S]*Fix:\n {4}1\. [\s\S]* {4}nslookup host0[\s\S]*\n\nReport: [\s\S]*BLOCKED: 1 error;/m,
  );
  t.notMatch(one.text, 'In short:', 'what fits is not repeated');
  const three = screenOf(many(3)).screen;
  for (const index of [0, 1, 2])
    t.match(
      three,
      new RegExp(
        `^✗ Fault ${index} of this network\n  Owner: network; outbound-dropped; 1 endpoint\n  Fix: Allow [^✗]*  Confirm: nslookup host${index}\\.example 10\\.0\\.0\\.4$`,
        'm',
      ),
    );
  for (const [number, width] of [
    [3, 80],
    [12, 80],
    [200, 80],
    [12, 40],
  ] as const) {
    const { screen } = screenOf(many(number), width);
    t.match(screen, /^In short:\n✗ Fault 0 of this network\n {2}Owner: network;/m, `${number} at ${width}`);
    t.match(screen, /^ {2}Confirm: nslookup host0/m);
    const titles = screen.match(/^✗ Fault/gm)?.length ?? 0;
    const left = Number(/^and (\d+) more, above$/m.exec(screen)?.[1] ?? 0);
    t.equal(titles + left, number, 'each is there, or counted');
    t.match(screen, /^In full: apim-probe render \/tmp\/r\.json -v\nBLOCKED: /m);
  }
});

t.test('a larger screen shows more, and quiet and verbose name no command', async (t) => {
  const findings = [finding({ evidence: [] }), finding({ evidence: [] })];
  const value = report({ verdict: 'blocked', targets: withDropped(['sql']), findings });
  t.match(render(value), 'In short:');
  t.notMatch(render(value, { rows: 60 }), 'In short:');
  t.match(render(value, { rows: 5 }), 'In short:');
  const inFull = 'apim-probe render r.json -v';
  t.match(render(value, { inFull }), `In full: ${inFull}\n`);
  t.notMatch(render(value, { inFull, quiet: true }), 'In full');
  t.notMatch(render(value, { inFull, verbose: true }), 'In full');
});

t.test('the mark of a group is that of its worst trouble', async (t) => {
  const optional = { required: false, ...DROPPED };
  const unsteady = { status: 'intermittent', failure: 'tcp_timeout', cause: 'intermittent-loss' } as const;
  const targets = [
    target('smtp', 'a.example', 25),
    target('smtp', 'b.example', 25, optional),
    target('kms', 'a.example', 1688, optional),
    target('azure-monitor', 'a.example', 443, { required: true, ...DROPPED }),
    target('azure-monitor', 'b.example', 443),
    target('captcha', 'a.example', 443, unsteady),
    target('redis', '<name>.example', 6380, NAMELESS),
  ];
  const text = render(report({ verdict: 'blocked', targets }));
  t.match(text, /^! smtp +1 of 2/m, 'something optional is missing');
  t.match(text, /^✗ kms +0 of 1/m, 'all of it is missing');
  t.match(text, /^✗ azure-monitor +0 of 1 +1 of 1/m, 'something required is missing');
  t.match(text, /^! captcha +1 of 1/m, 'reached, but not every time');
  t.match(text, /^ {2}! a\.example:443 {2}tcp_timeout, intermittent-loss$/m);
  t.match(text, /^\? redis +0 of 1$/m);
  t.match(text, /^ {2}\? <name>\.example:6380 {2}not tested: give --storage NAME$/m);
});

t.test('targets that were not tested for one reason share a line', async (t) => {
  const targets = [443, 5671, 5672].map((port) => target('event-hubs', '<name>.example', port, NAMELESS));
  t.match(render(report({ targets })), /^ {2}\? 3 endpoints not tested: give --storage NAME$/m);
});

t.test('groups that were left out for one reason share a line', async (t) => {
  const leftOut = { ...NAMELESS, reason: 'left out by --only' };
  const targets = wholeCatalogue().map((one) => (one.group === 'sql' ? one : { ...one, ...leftOut }));
  const text = render(report({ verdict: 'inconclusive', targets }));
  t.match(text, /^✓ sql +1 of 1/m);
  t.match(
    flat(text),
    /\? storage-blob, .*, custom: 56 endpoints \(12 required\) not tested: left out by --only/,
  );
  t.equal(text.match(/left out by --only/g)?.length, 1);
});

t.test('endpoints that the documents dropped are not problems', async (t) => {
  const dropped = { ...DROPPED, until: '2021-12-01' };
  const targets = wholeCatalogue().map((one) =>
    one.group === 'smtp' || one.host === 'ocsp.msocsp.com' ? { ...one, ...dropped } : one,
  );
  const text = render(report({ targets }));
  t.match(text, /^i smtp +0 of 3\n {2}i 3 endpoints not reached, which the documents no longer list$/m);
  t.match(
    render(report({ targets }), { verbose: true }),
    /^✓ certificates +4 of 4 +2 of 3 .*\n(?: {2}✓ .*\n)+ {2}i ocsp\.msocsp\.com:80/m,
  );
  t.match(
    flat(text),
    'READY: every required endpoint was reached (13 of 13); optional: 40 of 44 (4 of the rest no longer listed).',
  );
  t.notMatch(text, /✗|!/);
  const flaky = { ...dropped, status: 'intermittent' as const };
  const sometimes = render(report({ targets: [target('smtp', 'a.example', 25, flaky)] }));
  t.match(sometimes, /^i smtp +1 of 1\n {2}i 1 endpoint not reached every time, which/m);
  const asked = render(
    report({ targets: [target('smtp', 'a.example', 25, { ...dropped, required: true })] }),
  );
  t.match(asked, /^✗ smtp +0 of 1$/m, 'unless the user requires it');
});

t.test('the caller’s closing lines stand before the verdict', async (t) => {
  for (const quiet of [false, true]) {
    const text = render(report(), { quiet, files: ['/var/lib/a\u001b[2J.json'] });
    t.match(text, /^Report: \/var\/lib\/a\\u\{1b\}\[2J\.json\n+READY: /m);
  }
});

t.test('a run where everything is dropped still ends usefully', async (t) => {
  const targets = wholeCatalogue().map((one) => ({ ...one, ...DROPPED, cause: 'no-outbound-path' as const }));
  const findings = [
    finding({
      cause: 'no-outbound-path',
      title: 'Nothing public can be reached',
      evidence: targets.map(({ id }) => id),
    }),
    finding({
      cause: 'clock-skew',
      severity: 'warning',
      owner: 'vm',
      title: 'This clock is wrong',
      evidence: [],
    }),
    finding({ cause: 'undetermined', severity: 'info', title: 'Something to know', evidence: [] }),
  ];
  const cut = report({ verdict: 'blocked', targets, findings });
  const text = render(cut, { verbose: true });
  t.ok(bytes(text) > KEPT_BYTES, 'a report whose beginning is lost');
  const kept = Buffer.from(text).subarray(-KEPT_BYTES).toString();
  t.match(kept, /^In short:$/m);
  t.match(
    flat(kept),
    '✗ Nothing public can be reached Owner: network; no-outbound-path; 57 endpoints Fix: Allow',
  );
  t.match(flat(kept), '! This clock is wrong Owner: vm; clock-skew Fix: ');
  t.match(
    flat(kept),
    'BLOCKED: 1 error, 1 warning, 44 optional endpoints not reached; not every required endpoint was reached (0 of 13; missing: storage-blob,',
  );
  t.match(lines(text).at(-1), /optional: 0 of 44\.$/);
  t.match(
    flat(render(cut)),
    /✗ storage-blob, .*, custom: 57 endpoints \(13 required\) not reached: tcp_timeout, no-outbound-path/,
    'groups with one trouble share a line',
  );
});

t.test('the end stays small with many findings and endless titles', async (t) => {
  const findings = Array.from({ length: 200 }, (_, index) =>
    finding({
      title: `${index} ${'long '.repeat(2000)}`,
      remedy: ['long '.repeat(2000)],
      confirm: `nslookup ${'a'.repeat(5000)}`,
    }),
  );
  const text = render(report({ verdict: 'blocked', findings }));
  const end = text.slice(text.lastIndexOf('In short:'));
  t.ok(bytes(end) < KEPT_BYTES);
  t.match(end, /and 19\d more, above\n\nBLOCKED: 200 errors; /);
});

t.test('blocked names the groups', async (t) => {
  t.match(
    flat(render(blocked)),
    'BLOCKED: 1 error; not every required endpoint was reached (12 of 13; missing: sql); optional: 44 of 44.',
  );
});

t.test('degraded shows how many endpoints were reached', async (t) => {
  const targets = wholeCatalogue().map((one) =>
    one.group === 'sql' ? { ...one, status: 'intermittent' as const, failure: 'tcp_timeout' as const } : one,
  );
  t.match(
    flat(render(report({ verdict: 'degraded', targets }))),
    'DEGRADED: every required endpoint was reached (13 of 13, 1 of them not every time); optional: 44 of 44.',
  );
});

t.test('inconclusive names the missing groups and their flags', async (t) => {
  const nameless = (one: ReturnType<typeof target>) =>
    ['storage-blob', 'storage-table', 'sql', 'key-vault'].includes(one.group)
      ? { ...one, ...NAMELESS, reason: `give --${one.group.replace(/-(blob|table)$/, '')} NAME` }
      : one;
  const text = flat(render(report({ verdict: 'inconclusive', targets: wholeCatalogue().map(nameless) })));
  t.match(text, 'INCONCLUSIVE: not every required endpoint was tested (reached: 9 of 13;');
  t.match(text, 'not tested: storage-blob, storage-table, sql, key-vault)');
  t.match(text, 'Give --storage NAME, --sql NAME, --key-vault NAME.');
});

t.test('an early end is reported before the verdict', async (t) => {
  const targets = wholeCatalogue().map((one) =>
    one.group === 'sql' ? { ...one, status: 'untested' as const, reason: 'the run ended first' } : one,
  );
  const cutShort = (interrupted: Report['interrupted']) =>
    flat(render(report({ verdict: 'inconclusive', interrupted, durationMs: 60_012, targets })));
  t.match(cutShort('SIGINT'), 'Stopped by SIGINT after 60 s: 1 endpoint not tested. INCONCLUSIVE: ');
  t.match(cutShort('SIGTERM'), 'Stopped by SIGTERM after 60 s: 1 endpoint not tested. INCONCLUSIVE: ');
  t.match(
    cutShort('deadline'),
    /The deadline came after 60 s: 1 endpoint not tested\. --deadline .* INCONCLUSIVE: /,
  );
  t.match(cutShort('defect'), /A defect in apim-probe ended the run after 60 s: .* INCONCLUSIVE: /);
  t.notMatch(cutShort('SIGINT'), 'Give --sql', 'no name is missing, so none is asked for');
});

t.test('notices that matter have a line each, others none', async (t) => {
  const healthy = report();
  const odd = report({
    environment: {
      ...healthy.environment,
      proxies: [
        { variable: 'HTTPS_PROXY', value: 'http://***@proxy.example:3128' },
        { variable: 'HTTP_PROXY', value: 'http://proxy.example:3128' },
      ],
      clockOffsetMs: -185_000,
      notes: ['one', 'two', 'three', 'four', 'five'],
    },
    controls: [
      {
        name: 'tcp-reserved-address',
        outcome: 'anomalous',
        detail: { text: 'It connected.', address: '192.0.2.1', connected: true, failure: null },
      },
      { name: 'metadata', outcome: 'unknown', detail: { text: 'Nothing answered.' } },
    ],
  });
  const text = render(odd);
  t.match(text, 'HTTPS_PROXY, HTTP_PROXY are set; probes ignore them, as API Management would.');
  t.match(text, 'This VM’s clock is 3 min 5 s behind the clocks of the services.');
  t.match(text, '! Control tcp-reserved-address: It connected.');
  t.notMatch(text, 'Control metadata');
  t.match(text, 'Note: three\nNote: 2 more in the JSON report');
  t.match(text, 'Not testable from here: 3 endpoints; apim-probe plan lists them');
  const calm = render(report({ notTestable: [] }));
  t.notMatch(calm, /PROXY|clock|Control|Note:|Not testable/);
});

t.test('the run is recognisable, with what is known of the place', async (t) => {
  const { environment } = report();
  t.match(
    render(report()),
    /^apim-probe 0\.2\.0, 2026-05-04T08:30:00\.000Z, took 4\.2 s\npublic cloud, westeurope, VM vm-probe-01; DNS 168\.63\.129\.16\nSubnet 10\.20\.0\.0\/26: 59 usable addresses, 28 units of Premium fit beside this VM\n\n/,
  );
  const elsewhere = {
    ...environment,
    region: null,
    vm: null,
    network: { ...environment.network, subnet: null },
    dns: { ...environment.dns, servers: [] },
  };
  t.match(render(report({ environment: elsewhere })), /^public cloud; DNS none found$/m);
  const notGiven = { cloud: { value: null, from: 'default' as const } };
  t.match(
    render(report({ environment: elsewhere, options: notGiven })),
    /^public cloud \(assumed: give --cloud and --region\); DNS none found$/m,
  );
});

t.test('the capacity of the subnet always has a line', async (t) => {
  const { environment } = report();
  const { network } = environment;
  const withRoom = (changes: Partial<SubnetCapacity> | null) => {
    const { subnetCapacity: capacity } = network;
    const subnetCapacity = changes === null || capacity === null ? null : { ...capacity, ...changes };
    return render(report({ environment: { ...environment, network: { ...network, subnetCapacity } } }));
  };
  const subnet = 'Subnet 10.20.0.0/26: 59 usable addresses';
  for (const [changes, line] of [
    [{ vmInside: false, unitsThatFit: 29 }, `${subnet}, 29 units of Premium fit`],
    [{ unitsThatFit: 1 }, `${subnet}, 1 unit of Premium fits beside this VM`],
    [{ unitsThatFit: 0 }, `${subnet}, no unit of Premium fits beside this VM`],
    [{ unitsThatFit: 0, vmInside: false }, `${subnet}, no unit of Premium fits`],
    [{ tier: 'developer', unitsThatFit: 1 }, `${subnet}, 1 unit of Developer fits beside this VM`],
  ] as const) {
    t.ok(flat(withRoom(changes)).includes(`168.63.129.16 ${line} group`), line);
  }
  t.match(
    withRoom(null),
    /^public cloud, .*, subnet 10\.20\.0\.0\/26; DNS /m,
    'a subnet without it is named still',
  );
});

t.test('an error about a required endpoint that was reached has the counts, too', async (t) => {
  const targets = wholeCatalogue();
  const evidence = targets.filter(({ group }) => group === 'sql').map(({ id }) => id);
  const findings = [finding({ cause: 'expected-private', evidence })];
  t.match(
    flat(render(report({ verdict: 'blocked', targets, findings }))),
    'BLOCKED: 1 error; an error concerns a required endpoint (reached: 13 of 13); optional: 44 of 44.',
  );
});

t.test('a subnet that is too small comes first in the verdict', async (t) => {
  const findings = [finding({ cause: 'subnet-too-small', evidence: [] })];
  const verdictOf = (targets: Report['targets']) =>
    flat(render(report({ verdict: 'blocked', targets, findings })));
  t.match(
    verdictOf(wholeCatalogue()),
    'BLOCKED: 1 error; the subnet cannot hold the instance; every required endpoint was reached (13 of 13); optional: 44 of 44.',
  );
  t.match(
    verdictOf(withDropped(['sql'])),
    'BLOCKED: 1 error; the subnet cannot hold the instance; not every required endpoint was reached (12 of 13; missing: sql);',
  );
  const nameless = wholeCatalogue().map((one) => (one.group === 'sql' ? { ...one, ...NAMELESS } : one));
  t.match(
    verdictOf(nameless),
    'BLOCKED: 1 error; the subnet cannot hold the instance; not every required endpoint was tested (reached: 12 of 13;',
  );
  const warned = [finding({ cause: 'subnet-too-small', severity: 'warning', evidence: [] })];
  t.match(
    flat(render(report({ findings: warned }))),
    'READY: 1 warning; every required endpoint was reached (13 of 13)',
  );
});

t.test('without targets and findings only the verdict is printed', async (t) => {
  const text = render(report({ verdict: 'inconclusive', targets: [] }));
  t.notMatch(text, 'group');
  t.match(text, 'INCONCLUSIVE: nothing that counts was tested.');
});

t.test('colour is used only when asked for', async (t) => {
  const plain = render(blocked);
  t.notOk(plain.includes('\u001b'));
  const coloured = render(blocked, { color: true });
  t.ok(coloured.includes('\u001b[31m✗'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test removes the colours that the palette writes
  t.equal(coloured.replace(/\u001b\[[0-9;]*m/g, ''), plain, 'and changes nothing else');
});

/** Lines that are too long for the width, though they could be broken: no command, and no name by itself. */
function tooLong(text: string, width: number): string[] {
  const command = /^ +(?:Confirm: | {2})?(?:apim-probe|nslookup) |^In full: /;
  return lines(text).filter(
    (line) =>
      columns(line) > width &&
      !command.test(line) &&
      /\S +\S/.test(line.replace(/^ *(?:[✓✗!?i]|\d+\.) /, '')),
  );
}

t.test('width is kept, down to 40 columns, and no word is broken', async (t) => {
  const words = new Set(['more,', 'above']);
  const healthy = report();
  const values = [
    healthy,
    report({ findings: [finding({ severity: 'warning' })] }),
    report({ verdict: 'blocked', targets: withDropped(GROUPS), findings: Array(12).fill(finding()) }),
    report({ verdict: 'blocked', targets: withDropped(['sql', 'smtp', 'redis']), findings: [finding()] }),
  ];
  for (const value of values)
    for (const verbose of [false, true])
      for (const word of render(value, { width: 1000, verbose }).split(/\s+/)) words.add(word);
  for (const value of values)
    for (const width of [40, 60, 80, 120])
      for (const verbose of [false, true]) {
        const text = render(value, { width, verbose, inFull: 'apim-probe render report.json -v' });
        t.same(tooLong(text, width), [], `${width} columns`);
        const broken = render(value, { width, verbose })
          .split(/\s+/)
          .filter((word) => !words.has(word));
        // What is cut, and how many are left, differs with the screen; parts of words would be new letters.
        t.same(
          broken.filter((word) => !/^\d+$|…$/.test(word)),
          [],
          `${width} columns`,
        );
      }
  t.equal(render(report(), { width: 1 }), render(report(), { width: 40 }));
});

t.test('wide and combining characters are counted as a terminal shows them', async (t) => {
  const title = '証明書 '.repeat(20).trim();
  const targets = ['e\u0301'.repeat(8), '証明書', 'plain'].map((name) =>
    target('sql', `${name}.example`, 1433, { required: true, ...DROPPED }),
  );
  const value = report({ verdict: 'blocked', targets, findings: [finding({ title })] });
  const titles = lines(render(value, { width: 40 })).filter((line) => line.includes('証明書 証'));
  t.ok(titles.length > 2 && titles.every((line) => columns(line) <= 40));
  const rows = lines(render(value)).filter((line) => line.startsWith('  ✗ '));
  t.equal(rows.length, 3);
  t.equal(new Set(rows.map((line) => columns(line.split('tcp_timeout')[0] ?? ''))).size, 1, 'aligned');
});

const ATTACK = '\u001b[2J\u001b]0;owned\u0007\r\nREADY: forged\u202e\u2066\u009b31m\u2028\ud800';

t.test('no hostile text of any field reaches the terminal', async (t) => {
  const hostile = hostileReport();
  for (const options of [{}, { quiet: true }, { verbose: true }, { width: 40, inFull: ATTACK }]) {
    const text = render(hostile, options);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
    t.ok(text.isWellFormed(), 'no lone surrogate');
    t.notMatch(text, /^READY: forged/m, 'no line of its own');
    t.match(text, '\\u{1b}[2J', 'and it stays visible');
  }
});

/** Every string that the schema leaves open, in every place that the summary could print. */
function hostileReport(): Report {
  const healthy = report();
  const poison = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map(poison) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        typeof item === 'string' && OPEN.has(key) ? `${item}${ATTACK}` : poison(item),
      ]),
    ) as T;
  };
  return poison(
    report({
      verdict: 'blocked',
      interrupted: 'deadline',
      environment: {
        ...healthy.environment,
        dns: { ...healthy.environment.dns, servers: [ATTACK] },
        proxies: [{ variable: 'HTTPS_PROXY', value: 'x' }],
        notes: [ATTACK],
      },
      controls: [
        {
          name: 'tcp-reserved-address',
          outcome: 'anomalous',
          detail: { text: 'x', address: 'x', connected: true, failure: null },
        },
      ],
      targets: [
        target('custom', 'reached.example', 443),
        target('sql', 'a.example', 1433, { required: true, ...DROPPED }),
        target('redis', 'b.example', 6380, { ...NAMELESS, reason: 'r' }),
      ],
      findings: [finding({ remedy: [ATTACK], evidence: [ATTACK] })],
    }),
  );
}

/** Keys whose strings come from peers, files or users. */
const OPEN = new Set([
  ...['id', 'host', 'reason', 'purpose', 'endpoint', 'title', 'explanation', 'confirm', 'reference'],
  ...[
    'text',
    'version',
    'runtime',
    'name',
    'size',
    'region',
    'subnet',
    'variable',
    'value',
    'address',
    'source',
  ],
]);

t.test('a narrowed run says which groups it covered, first and last, and counts no others', async (t) => {
  const sql = target('sql', 'a.database.windows.net', 1433, { required: true });
  const vault = target('key-vault', 'b.vault.azure.net', 443, {
    required: true,
    status: 'untested',
    reason: 'skipped',
  });
  const render = (groups: readonly ('sql' | 'key-vault')[], ...narrowedBy: string[]) =>
    renderText(
      report({
        targets: [sql, vault],
        verdict: 'ready',
        scope: { groups: [...groups], narrowedBy, whole: false },
      }),
      { color: false, width: 200, quiet: false },
    ).trimEnd();
  const only = render(['sql'], '--only sql');
  t.match(only, /^apim-probe [^\n]*; only sql was probed\n/);
  t.match(only, /READY: every required endpoint was reached \(1 of 1\)\. Only sql was probed\.$/);
  t.match(render(['sql'], '--skip key-vault'), /\(1 of 1\)\. Not probed: key-vault\.$/);
});

t.test('the first line says that this VM stands in a twin subnet, for a v2 tier', async (t) => {
  const tier = (value: string) => render(report({ options: { tier: { value, from: 'flag' } } }));
  t.match(
    tier('premium-v2').replaceAll('\n', ' '),
    /^apim-probe \S+, \S+, took [^;]+; for Premium v2: this VM stands in another subnet, a twin of the instance’s/,
  );
  t.notMatch(tier('premium'), /twin/);
});

/** Reading and evaluating the largest list of rules that is accepted, against `JSON.parse` of the same text. */
import { createEvaluation } from '../src/azure/evaluate/security-rules.ts';
import { readAzureDocuments } from '../src/azure/read.ts';
import { flow, NOTHING_KNOWN } from '../test/azure/rules.ts';
import { quantile, say } from './measure.ts';

const RUNS = 5;
const RULES = 50_000;
const FLOWS = 450;
const PORTS = [443, 1433, 80, 5671, 5672, 1886];

const effectiveSecurityRules = Array.from({ length: RULES }, (_, at) => ({
  name: `securityRules/rule-${at}`,
  ...{ priority: 100 + (at % 3900), access: 'Deny', direction: 'Outbound', protocol: 'Tcp' },
  ...{ sourceAddressPrefix: '0.0.0.0/0', sourcePortRange: '0-65535', destinationPortRange: '400-2000' },
  destinationAddressPrefix: `${11 + (at % 80)}.${at % 250}.${(at >> 4) % 250}.0/26`,
}));
const text = JSON.stringify([{ effectiveSecurityRules }]);
const bytes = Buffer.from(text);
const flows = Array.from({ length: FLOWS }, (_, at) =>
  flow(`${104 + (at % 8)}.${at % 250}.200.200`, PORTS[at % PORTS.length] ?? 443),
);

process.stdout.write(
  `${RULES} effective rules (${(bytes.length / 1e6).toFixed(1)} MB), ${FLOWS} addresses\n`,
);
const runs = Array.from({ length: RUNS }, () => {
  const parsing = timed(() => JSON.parse(text));
  const reading = timed(() => readAzureDocuments(bytes));
  if (!reading.result.ok) throw new Error(reading.result.problem);
  const [document] = reading.result.documents;
  if (document?.kind !== 'effective-nsg') throw new Error('no list of effective rules was read');
  const evaluating = timed(() => {
    const evaluate = createEvaluation(document.groups, NOTHING_KNOWN);
    return flows.map((each) => evaluate(each).access);
  });
  return { parse: parsing.ms, read: reading.ms, evaluate: evaluating.ms };
});
const median = (of: 'parse' | 'read' | 'evaluate'): number =>
  quantile(
    runs.map((run) => run[of]),
    0.5,
  );
for (const what of ['parse', 'read', 'evaluate'] as const)
  say(what, `${median(what).toFixed(0)} ms`, `${(median(what) / median('parse')).toFixed(1)} times`);

function timed<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const started = performance.now();
  const result = work();
  return { result, ms: performance.now() - started };
}

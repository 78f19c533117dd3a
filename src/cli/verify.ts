import type { RunHooks } from '../agent.ts';
import { isInside } from '../common/cidr.ts';
import { printable } from '../common/printable.ts';
import { UsageError } from '../common/usage-error.ts';
import { type Loaded, load, readersFor } from '../config/load.ts';
import { FILE_KEYS, OPTIONS } from '../config/options.ts';
import { survey } from '../environment/index.ts';
import { thisMachine } from '../environment/machine.ts';
import type { Survey } from '../environment/types.ts';
import type { Report } from '../model/report.ts';
import { isStrict } from '../model/strict-note.ts';
import { CONTROLS } from '../plan/controls.ts';
import { renderVerification } from '../report/text/verification.ts';
import {
  findingsToVerify,
  type Selection,
  selectTargets,
  type Verified,
  verifyFindings,
} from '../report/verification.ts';
import type { Command } from './command.ts';
import { EXIT_INCONCLUSIVE } from './exit-code.ts';
import { columnsOf, type Io, write, writeMessage } from './io.ts';
import { openReport } from './open-report.ts';
import type { Agent, Conclusion } from './probe-and-report.ts';

/** `apim-probe verify REPORT`: probes what the findings of a report explain, and prints which are fixed. */
export const verify: Command = async ({ flags, positionals: [path = ''] }, io) => {
  const { name, report } = await openReport(path, io);
  if (isStrict(report)) {
    throw new UsageError([
      `${name} cannot be verified: its names and addresses are pseudonyms (--redact strict); name the original report`,
    ]);
  }
  const findings = findingsToVerify(report);
  const scenario = report.options['scenario']?.value ?? null;
  const env = { NO_COLOR: io.env['NO_COLOR'], TERM: io.env['TERM'] };
  const values = scenario === null ? probingOptions(report) : {};
  const sources = { flags, env, cwd: io.cwd, preset: { origin: `report ${name}`, values } };
  const loaded = load(sources, await readersFor(sources));
  const conclude = (after: Report): readonly Verified[] => verifyFindings(report, findings, after);
  const conclusion: Conclusion = {
    render: (after, options) => renderVerification(conclude(after), options),
    exit: (after) => exitOf(conclude(after)),
  };
  if (findings.length === 0) return printOutcome([], loaded, io);
  const selection = selectTargets(report, findings);
  const isProbed = matchSelection(selection);
  const what = `${name} of ${report.startedAt}`;
  if (scenario !== null) {
    await announceContacts(
      `${what} in the demo ${scenario}, a simulator on this machine`,
      selection,
      [],
      loaded,
      io,
    );
    const { runDemo } = await import('./demo.ts');
    return runDemo(String(scenario), flags, io, { isProbed, conclusion });
  }
  const here = await survey(loaded.options, thisMachine(), null);
  const elsewhere = describeOtherPlace(report, here);
  if (elsewhere !== null) {
    const seen = findings.map((finding): Verified => ({ finding, outcome: 'untestable', seen: elsewhere }));
    return printOutcome(seen, loaded, io);
  }
  await announceContacts(
    `${what}, with the options of its run`,
    selection,
    listContacts(here, loaded),
    loaded,
    io,
  );
  const [{ runAgent }, { probeAndReport }] = await Promise.all([
    import('../agent.ts'),
    import('./probe-and-report.ts'),
  ]);
  const agent: Agent = (configured, hooks) => runAgent(configured, { ...hooks, isProbed });
  return probeAndReport(loaded, io, agent, 'on-request', conclusion);
};

/** The options that decide what a run finds; a report holds those of outputs, history and uploads as well. */
const PROBING: ReadonlySet<string> = new Set([
  'Where the service will live',
  'What it will depend on',
  'What to probe',
  'Names and routes',
  'Time and load',
]);

function probingOptions({ options }: Report): Record<string, unknown> {
  const given = FILE_KEYS.filter((key) => PROBING.has(OPTIONS[key].section)).flatMap((key) => {
    const { value, from } = options[key] ?? { value: null, from: 'default' };
    return from === 'default' || value === null ? [] : [[key, value] as const];
  });
  return Object.fromEntries(given);
}

/** The chosen endpoints, and the DNS servers, which every run asks. */
function matchSelection({ targets, compared }: Selection): NonNullable<RunHooks['isProbed']> {
  const ids = new Set([...targets, ...compared].map(({ id }) => id));
  return ({ id, group }) => ids.has(id) || group === 'dns';
}

/** Why this machine shows nothing about the network of the report, or null: it has no address there. */
function describeOtherPlace({ environment: there }: Report, { environment: here }: Survey): string | null {
  const [then, now] = [ipv4Of(there), ipv4Of(here)];
  const isThere = now.some(({ address }) => then.some((own) => isInside(address, cidrOf(own))));
  if (then.length === 0 || isThere) return null;
  return (
    `The report is of a machine with ${then.map(cidrOf).join(', ')}; this one has ` +
    `${now.map(cidrOf).join(', ') || 'no address'}, none of them in that network.`
  );
}

function ipv4Of({ network }: Report['environment']): Report['environment']['network']['interfaces'] {
  return network.interfaces.filter(({ family }) => family === 4);
}

function cidrOf({ address, prefixLength }: ReturnType<typeof ipv4Of>[number]): string {
  return `${address}/${prefixLength}`;
}

/** Where a run connects beside its endpoints. */
function listContacts({ environment }: Survey, { options }: Loaded): string[] {
  const servers = environment.dns.servers.join(', ') || 'none';
  return [
    `the DNS servers: ${servers}`,
    // The clock is read from the replies of others.
    ...Map.groupBy(
      CONTROLS.filter(({ name }) => name !== 'clock'),
      ({ destination }) => destination,
    )
      .entries()
      .map(([destination, controls]) => `${destination} (${controls.map(({ name }) => name).join(', ')})`),
    ...options.connectTo.map(
      ({ host, port, address, toPort }) =>
        `${host ?? 'any host'}:${port ?? 'any port'} at ${address}:${toPort}`,
    ),
  ];
}

/** Names what will be contacted, before anything is sent. */
async function announceContacts(
  what: string,
  { targets, compared }: Selection,
  besides: readonly string[],
  { options }: Loaded,
  io: Io,
): Promise<void> {
  if (options.quiet) return;
  const line = ({ host, port, protocol }: Selection['targets'][number]) => `  ${host}:${port} (${protocol})`;
  const lines = [
    `Verifying ${what}. This contacts:`,
    ...targets.map(line),
    ...(compared.length === 0 ? [] : ['and, to compare:', ...compared.map(line)]),
    ...(besides.length === 0 ? [] : ['and, as each run does:', ...besides.map((text) => `  ${text}`)]),
  ];
  await writeMessage(io.stderr, lines.map((text) => printable(text)).join('\n'));
}

/** Prints the outcome of a verification without a run. */
async function printOutcome(verified: readonly Verified[], { options }: Loaded, io: Io): Promise<number> {
  const color = options.color && io.stdout.isTTY === true;
  const text = renderVerification(verified, { color, width: columnsOf(io.stdout), quiet: options.quiet });
  await write(io.stdout, text);
  return exitOf(verified);
}

function exitOf(verified: readonly Verified[]): number {
  if (verified.some(({ outcome }) => outcome === 'not fixed')) return 1;
  return verified.some(({ outcome }) => outcome === 'untestable') ? EXIT_INCONCLUSIVE : 0;
}

/** The table of commands, for parsing and help. The code of a command is loaded when it runs. */

import { FILE_KEYS } from '../config/options.ts';
import { REPORT_FORMATS } from '../config/types.ts';
import { RECORD_FORMATS, ZONE_MODES } from '../records/types.ts';
import { type CommandDescription, type CommandName, SHELLS } from './command.ts';

const HISTORY_KEYS = ['keepDays', 'keepCount', 'keepBytes', 'onChange'] as const;
const UPLOAD_KEYS = [
  ...([
    'upload',
    'uploadFile',
    'uploadMethod',
    'uploadHeaderFile',
    'uploadIdentity',
    'uploadTimeout',
  ] as const),
  ...(['state', 'spool', 'spoolBytes'] as const),
];
const OUTPUT_KEYS = [
  ...(['output', 'format', 'failOn', 'logFile', 'redact'] as const),
  ...HISTORY_KEYS,
  ...UPLOAD_KEYS,
];
const WITHOUT_OUTPUTS = FILE_KEYS.filter((key) => !OUTPUT_KEYS.some((output) => output === key));

const LEGEND = {
  name: 'legend',
  value: 'FILE',
  help: 'at --redact strict: write the names behind the pseudonyms to this new file, for yourself',
} as const;

/** The kinds of files that every command accepts as a REPORT. */
const REPORT_FILE =
  'A REPORT is a JSON report of this major version, also in gzip; a bundle; or - for stdin.';
/** The commands that know the state folder. */
const STORED_REPORT = `${REPORT_FILE} Or the number of a run that "apim-probe history" lists.`;
/** Where they look for it. */
const STATE_FOLDER =
  'Without --state, it is the folder of the config file, or of the installed scheduled runs.';

const COMMANDS: Readonly<Record<CommandName, CommandDescription>> = {
  run: {
    summary: 'probe every endpoint and report (the default)',
    about:
      'Plans, probes, diagnoses and reports. The JSON report goes to stdout or to --output; the summary for ' +
      'people, progress and logs go to stderr, or the summary to stdout when that is a terminal.',
    examples: [
      'apim-probe --storage contosostore --sql contososql --key-vault contosovault',
      'apim-probe --target tcp://10.0.0.4:1433 --only custom',
    ],
    positionals: [],
    options: [...FILE_KEYS, 'config'],
    own: [],
    load: async () => (await import('./run.ts')).run,
  },
  plan: {
    summary: 'list every endpoint that run would contact; send nothing',
    about:
      'Lists the endpoints that run would contact, for a firewall request. Queries the instance metadata service; ' +
      'with --cloud and --region, sends nothing.',
    examples: [
      'apim-probe plan --cloud public --region westeurope',
      'apim-probe plan --format csv > allow-list.csv',
    ],
    positionals: [],
    options: [...WITHOUT_OUTPUTS, 'config'],
    own: [
      {
        name: 'format',
        value: 'FORMAT',
        choices: ['table', 'json', 'csv'],
        help: 'table, json or csv (default: table)',
      },
      { name: 'controls', value: null, help: 'also list the controls and where they connect' },
    ],
    load: async () => (await import('./plan.ts')).plan,
  },
  preflight: {
    summary: 'the prerequisites of a deployment, by Azure’s documents; send nothing',
    about:
      'Judges the prerequisites of a deployment, and each row of the port table, by the documents given with --from: ' +
      'subnet, virtual network, effective rules and routes, public IP, the service itself … For what no document shows, ' +
      'it prints the command that saves one. Exits with 1 when a prerequisite is not met, else with 3 when a required ' +
      'one is not shown. Sends nothing.',
    examples: [
      'apim-probe preflight',
      'apim-probe preflight --from subnet.json --from effective-nsg.json --units 2',
      'apim-probe preflight --from vnet.json --tier premium-v2',
    ],
    positionals: [],
    options: ['cloud', 'region', 'platform', 'tier', 'units', 'subnet', 'from', 'color', 'config'],
    own: [
      { name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text or json (default: text)' },
    ],
    load: async () => (await import('./preflight.ts')).preflight,
  },
  records: {
    summary: 'the DNS records of an instance, ready to use; send nothing',
    about:
      'Prints the records that the host names of an instance in internal mode need: lines for hosts files, Azure ' +
      'CLI commands for private zones, and zones for BIND. With a report, prints only the records that were ' +
      'missing, public or wrong in that run. Queries the instance metadata service; with a report, or with ' +
      `--cloud and --region, sends nothing. ${REPORT_FILE}`,
    examples: [
      'apim-probe records --apim contoso --vip 10.0.1.5',
      'apim-probe records --apim contoso --vip 10.0.1.5 --format az > zones.sh',
      'apim-probe records report.json --format hosts',
    ],
    positionals: [{ name: 'REPORT', optional: true }],
    options: ['cloud', 'region', 'location', 'apim', 'vip', 'hostname', 'config'],
    own: [
      {
        name: 'format',
        value: 'FORMAT',
        choices: RECORD_FORMATS,
        help: 'hosts, windows, az, bind or all (default: all)',
      },
      {
        name: 'zone',
        value: 'MODE',
        choices: ZONE_MODES,
        help: 'host: a zone for each host name; suffix: one for all, which hides other services (default: host)',
      },
    ],
    load: async () => (await import('./records.ts')).records,
  },
  demo: {
    summary: 'run against an embedded simulator of a subnet',
    about:
      'Starts a simulator of an Azure subnet on the loopback interface and runs against it. Nothing leaves this ' +
      'machine. The summary goes to stdout; a report is written only with --output or --format. ' +
      'Config files and APIM_PROBE_ variables are not read.',
    examples: ['apim-probe demo', 'apim-probe demo --scenario sql-blocked'],
    positionals: [],
    options: ['output', 'format', 'label', 'quiet', 'verbose', 'logLevel', 'color', 'failOn'],
    own: [
      { name: 'scenario', value: 'NAME', help: 'what is wrong in that subnet (default: healthy)' },
      { name: 'list', value: null, help: 'list the scenarios' },
    ],
    load: async () => (await import('./demo.ts')).demo,
  },
  verify: {
    summary: 'whether the findings of a report are fixed',
    about:
      'Probes again what the findings of a report explain, with the options of its run, and prints for each finding ' +
      'whether it is fixed. Names the hosts first. A report of a demo is verified against the demo. Config files and ' +
      'APIM_PROBE_ variables are not read. Exits with 1 when a finding is not fixed; with 3 when one cannot be tested ' +
      `here. ${REPORT_FILE}`,
    examples: ['apim-probe verify report.json', 'apim-probe verify report.json --output verified.json'],
    positionals: [{ name: 'REPORT', optional: false }],
    options: ['from', 'caFile', 'output', 'format', 'quiet', 'logLevel', 'color', 'logFile'],
    own: [],
    load: async () => (await import('./verify.ts')).verify,
  },
  compare: {
    summary: 'a report beside NetworkStatus, or an earlier report; the last two runs',
    about:
      'Compares a report with the saved NetworkStatus reply of API Management, in either order, and explains each ' +
      'difference. With two reports, the older first, lists what changed. Without files, compares the two newest ' +
      'reports of the state folder. Sends nothing. Exits with 1 when the two disagree on a required endpoint, or ' +
      `a required endpoint got worse; with 3 when they have no endpoint in common. ${STORED_REPORT} ${STATE_FOLDER}`,
    examples: [
      'apim-probe compare',
      'apim-probe compare 122 123',
      'apim-probe compare report.json network-status.json',
      'apim-probe compare monday.json tuesday.json --format json',
    ],
    positionals: [
      { name: 'REPORT', optional: true },
      { name: 'NETWORKSTATUS|REPORT', optional: true },
    ],
    options: ['state', 'config'],
    own: [
      { name: 'format', value: 'FORMAT', choices: ['table', 'json'], help: 'table or json (default: table)' },
    ],
    load: async () => (await import('./compare.ts')).compare,
  },
  history: {
    summary: 'the stored reports of earlier runs, a line each',
    about:
      'Lists the reports that runs with --state have stored, the newest first: when, what verdict, how many ' +
      `endpoints were reached, and what changed from the run before. Sends nothing. ${STATE_FOLDER}`,
    examples: [
      'apim-probe history',
      'apim-probe history --state /var/lib/apim-probe',
      'apim-probe history --limit 500 --format json',
    ],
    positionals: [],
    options: ['state', 'config'],
    own: [
      { name: 'format', value: 'FORMAT', choices: ['table', 'json'], help: 'table or json (default: table)' },
      { name: 'limit', value: 'N', help: 'list at most N reports (default: 20)' },
    ],
    load: async () => (await import('./history.ts')).history,
  },
  render: {
    summary: 'an existing report in another format',
    about:
      'Prints a report in another format. With --redact strict, pseudonyms replace names, private addresses and ids; ' +
      'with --state, the same pseudonyms as in the runs and uploads of that folder. With --judge-again, the rules ' +
      'of this version judge the observations of the report again, and a note names the version that judged before. ' +
      'With --format nagios, exits with 0 when the verdict is ready, 1 degraded, 2 blocked, 3 inconclusive or no report. ' +
      `Sends nothing. ${STORED_REPORT}`,
    examples: [
      'apim-probe render report.json',
      'apim-probe render report.json --verbose',
      'apim-probe render report.json --format network-status > network-status.json',
      'apim-probe render report.json --redact strict --legend names.json',
      'apim-probe render old.json --judge-again --format json > judged.json',
      'apim-probe render report.json --format markdown > ticket.md',
    ],
    positionals: [{ name: 'REPORT', optional: false }],
    options: ['redact', 'verbose', 'color', 'state', 'config'],
    own: [
      {
        name: 'format',
        value: 'FORMAT',
        choices: REPORT_FORMATS,
        help: `${REPORT_FORMATS.join(', ')} (default: text)`,
      },
      LEGEND,
      {
        name: 'judge-again',
        value: null,
        help: 'replace statuses, causes, findings and verdict by those of this version',
      },
    ],
    load: async () => (await import('./render.ts')).render,
  },
  bundle: {
    summary: 'one redacted archive for support',
    about:
      'Puts reports, the log, the effective options, host info and a manifest into one ' +
      '.tar.gz, without secrets, and prints its path. Sends nothing. Check its content before you hand it over. ' +
      `${STORED_REPORT} ${STATE_FOLDER}`,
    examples: ['apim-probe bundle --list', 'apim-probe bundle report.json --redact strict'],
    positionals: [{ name: 'REPORT', optional: true, many: true }],
    options: ['redact', 'state', 'logFile', 'config'],
    own: [
      {
        name: 'output',
        value: 'FILE',
        help: 'the new archive; - is stdout (default: apim-probe-bundle-TIME.tar.gz in this folder)',
      },
      { name: 'reports', value: 'N', help: 'newest reports of --state, at most (default: 10)' },
      { name: 'list', value: null, help: 'list the files of the bundle; write nothing' },
      LEGEND,
    ],
    load: async () => (await import('./bundle.ts')).bundle,
  },
  upload: {
    summary: 'send the reports that wait in the spool, or given ones',
    about:
      'Sends the reports in the spool, and the named reports, to the destination of --upload. A report leaves the ' +
      'spool when the service has confirmed it. A report that the service will never accept moves to rejected/ in ' +
      `the spool, with the reason beside it. Exits with 4 when reports are left. ${REPORT_FILE}`,
    examples: [
      'apim-probe upload --status',
      'apim-probe upload --upload https://contosostore.blob.core.windows.net/reports',
      'apim-probe upload --upload-file /etc/apim-probe/upload-url report.json',
    ],
    positionals: [{ name: 'REPORT', optional: true, many: true }],
    options: [...UPLOAD_KEYS, 'redact', 'connectTo', 'caFile', 'quiet', 'config'],
    own: [
      { name: 'status', value: null, help: 'show what waits and what was rejected; send nothing' },
      { name: 'retry-rejected', value: null, help: 'send the rejected reports once more' },
    ],
    load: async () => (await import('./upload.ts')).upload,
  },
  schema: {
    summary: 'print the JSON Schema of the report, or of a config file',
    about: 'Prints a JSON Schema (draft 2020-12) on stdout.',
    examples: ['apim-probe schema > report.schema.json', 'apim-probe schema --of config'],
    positionals: [],
    options: [],
    own: [
      {
        name: 'of',
        value: 'WHAT',
        choices: ['report', 'config'],
        help: 'report or config (default: report)',
      },
    ],
    load: async () => (await import('./schema.ts')).schema,
  },
  explain: {
    summary: 'what a cause or failure means and how to fix it',
    about:
      'Explains what a cause or a failure means, how it is recognised and how to fix it. Finds it by its name, or by ' +
      'words: a symptom, a message, a port. Explains the verdicts as well. Without words, lists all names. Works offline.',
    examples: [
      'apim-probe explain',
      'apim-probe explain private-zone-missing-record',
      'apim-probe explain connection timed out',
    ],
    positionals: [{ name: 'WORD', optional: true, many: true }],
    options: [],
    own: [],
    load: async () => (await import('./explain.ts')).explain,
  },
  config: {
    summary: 'the effective options and where each comes from',
    about:
      'Prints the options that run would use, each with where it comes from: flag over variable over config ' +
      'file over default. Sends nothing.',
    examples: ['apim-probe config', 'APIM_PROBE_TIMEOUT=2000 apim-probe config --format json'],
    positionals: [],
    options: [...FILE_KEYS.filter((key) => key !== 'format'), 'config'],
    own: [
      { name: 'format', value: 'FORMAT', choices: ['table', 'json'], help: 'table or json (default: table)' },
    ],
    load: async () => (await import('./config.ts')).config,
  },
  completion: {
    summary: 'a script by which bash or zsh completes commands and options',
    about:
      `Prints a script for SHELL, which is ${SHELLS.join(' or ')}, by which it completes commands, options and their ` +
      'values. install.sh installs it for every user. Sends nothing.',
    examples: [
      'apim-probe completion bash >> ~/.bashrc',
      'apim-probe completion zsh > ~/.zsh/completions/_apim-probe',
    ],
    positionals: [{ name: 'SHELL', optional: false }],
    options: [],
    own: [],
    load: async () => (await import('./completion.ts')).completion,
  },
};

export function commandDescription(command: CommandName): CommandDescription {
  return COMMANDS[command];
}

/** The usage line of a command, without its options; brackets mark optional arguments. */
export function usageOf(command: CommandName): string {
  const terms = COMMANDS[command].positionals.map(({ name, optional, many }) => {
    const term = many === true ? `${name}…` : name;
    return optional ? `[${term}]` : term;
  });
  return ['apim-probe', command, ...terms].join(' ');
}

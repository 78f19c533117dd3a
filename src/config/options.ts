/**
 * Every option, described once. Flags, APIM_PROBE_* variables, config file keys, defaults, help and the
 * config's JSON Schema all come from this table.
 */
import { BadValue } from '../common/bad-value.ts';
import { address, checkAscii, resourceName, subnet } from '../common/host-name.ts';
import { formatTargetUrl, parseTargetUrl } from '../common/target-url.ts';
import type { OptionValue } from '../model/report.ts';
import { TIERS } from '../model/tiers.ts';
import { CLOUDS, GROUPS } from '../model/vocabulary.ts';
import {
  filePath,
  formatCustomDomain,
  formatRedirect,
  formatReportFormat,
  formatServerAddress,
  parseCustomDomain,
  parseRedirect,
  parseReportFormat,
  parseServerAddress,
} from './endpoints.ts';
import { formatLabel, parseLabel } from './label.ts';
import { LOG_LEVELS, type Options, REDACTION_LEVELS, REPORT_FORMATS, UPLOAD_METHODS } from './types.ts';
import { parseUploadUrl, shownUploadUrl } from './upload-url.ts';
import { choice, onOrOff, text, type ValueType, wholeNumber } from './value-types.ts';

/** The headings of the help, in order. */
export const SECTIONS = [
  'Where the service will live',
  'What it will depend on',
  'What to probe',
  'Names and routes',
  'Time and load',
  'Output',
  'History',
  'Upload',
  'Configuration',
] as const;
type Section = (typeof SECTIONS)[number];

interface Description {
  readonly section: Section;
  readonly help: string;
  /** What the flag with `--no-` does, for a switch that is on by default. */
  readonly off?: string;
  /** What `--no-` does, for an option with a value whose default can be turned off. */
  readonly without?: string;
}

/** How one option is read. `Item` is the parsed value: of the option itself, or of one entry of a list. */
interface Reader<Item> extends Description {
  /** How the text of a flag or variable is converted before `type` parses it; a file has the right kind already. */
  readonly kind: 'text' | 'number' | 'switch';
  readonly type: ValueType<Item>;
  /** Placeholder in the help; null for a switch, which takes no value. */
  readonly value: string | null;
  /** Formats the value for a config file; absent for text, numbers and booleans. */
  readonly show?: (item: Item) => string;
  /** Whether the value may be a secret, which messages must not repeat. */
  readonly secret?: true;
  /** Resolves relative paths from the folder of the config file, else from the current folder. */
  readonly place?: (item: Item, resolve: (path: string) => string) => Item;
}

/** One value; giving it twice is an error. */
interface Single<Value> extends Reader<NonNullable<Value>> {
  readonly many: false;
  readonly default: Value;
}

/** A list: the flag may be repeated, a variable is split at commas or spaces. The default is empty. */
interface Many<Item> extends Reader<Item> {
  readonly many: true;
}

type OptionOf<Value> = Value extends readonly (infer Item)[] ? Many<Item> : never;
type Table = {
  readonly [Key in keyof Options]: Options[Key] extends readonly unknown[]
    ? OptionOf<Options[Key]>
    : Single<Options[Key]>;
} & { readonly config: Single<string | null> };

export type OptionKey = keyof Table;

/** Accepts a display name, which users copy from the portal: region names have no spaces. */
function regionName(value: string): string {
  checkAscii(value);
  const name = value.toLowerCase().replaceAll(' ', '');
  if (/^[a-z][a-z0-9]{1,49}$/.test(name)) return name;
  throw new BadValue('must be a region as "az account list-locations" names it, like westeurope');
}

function serviceName(value: string): string {
  checkAscii(value);
  if (/^[a-z](?:[a-z0-9-]{0,48}[a-z0-9])?$/i.test(value)) return value.toLowerCase();
  const rule = 'letters, digits and hyphens, at most 50, starting with a letter';
  throw new BadValue(`must be the service's name alone, like contoso (${rule})`);
}

/** A word that is neither is taken for a resource name; the plan knows whether there is such a resource. */
function groupOrHost(value: string): string {
  return GROUPS.find((known) => known === value) ?? resourceName(value);
}

/** A path where `-` cannot be a stream. */
function namedFile(value: string): string {
  if (value === '-') throw new BadValue('must name a file or folder; - is not supported here');
  return filePath(value);
}

function shellCommand(value: string): string {
  if (value.trim() === '') throw new BadValue('must be a command');
  if (value.includes('\0')) throw new BadValue('has a NUL character, which a command cannot have');
  return value;
}

/** Client ids are GUIDs; a name or resource id would be requested with another parameter. */
function clientId(value: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value.toLowerCase();
  throw new BadValue('must be the client id of a user-assigned identity: az identity show --query clientId');
}

const resource = {
  kind: 'text',
  type: text(resourceName),
  many: true,
  section: 'What it will depend on',
} as const;
const group = {
  kind: 'text',
  type: choice(GROUPS),
  many: true,
  value: 'GROUP',
  section: 'What to probe',
} as const;
const file = {
  kind: 'text',
  type: text(filePath),
  value: 'FILE',
  place: (path: string, resolve: (path: string) => string) => (path === '-' ? path : resolve(path)),
} as const;

export const OPTIONS: Table = {
  cloud: {
    section: 'Where the service will live',
    kind: 'text',
    type: choice(CLOUDS),
    value: 'CLOUD',
    many: false,
    default: null,
    help: 'public, government or china (default: asked of the instance metadata service, else public)',
  },
  region: {
    section: 'Where the service will live',
    kind: 'text',
    type: text(regionName),
    value: 'NAME',
    many: false,
    default: null,
    help: 'Azure region, like westeurope (default: asked of the instance metadata service)',
  },
  location: {
    section: 'Where the service will live',
    kind: 'text',
    type: text(regionName),
    value: 'NAME',
    many: true,
    help: 'further region of the instance, for its regional gateway',
  },
  platform: {
    section: 'Where the service will live',
    kind: 'text',
    type: choice(['stv2', 'stv1']),
    value: 'PLATFORM',
    many: false,
    default: 'stv2',
    help: 'compute platform of API Management: stv2 or stv1',
  },
  tier: {
    section: 'Where the service will live',
    kind: 'text',
    type: choice(TIERS),
    value: 'TIER',
    many: false,
    default: 'premium',
    help: 'pricing tier: premium, developer, premium-v2 or standard-v2',
  },
  units: {
    section: 'Where the service will live',
    kind: 'number',
    type: wholeNumber('', 1, 31),
    value: 'N',
    many: false,
    default: null,
    help: 'units that the subnet has to hold (default: 1)',
  },
  subnet: {
    section: 'Where the service will live',
    kind: 'text',
    type: text(subnet),
    value: 'CIDR',
    many: false,
    default: null,
    help: 'the subnet of the service, like 10.0.1.0/27 (default: asked of the instance metadata service)',
  },
  storage: { ...resource, value: 'NAME', help: 'storage account, by name or full host name' },
  sql: { ...resource, value: 'NAME', help: 'Azure SQL server, by name or full host name' },
  keyVault: { ...resource, value: 'NAME', help: 'key vault, by name or full host name' },
  eventHubs: { ...resource, value: 'NAME', help: 'Event Hubs namespace, by name or full host name' },
  redis: { ...resource, value: 'HOST', help: 'Redis cache, by name or full host name' },
  apim: {
    section: 'What it will depend on',
    kind: 'text',
    type: text(serviceName),
    value: 'NAME',
    many: false,
    default: null,
    help: 'API Management service to test, once it is deployed',
  },
  vip: {
    section: 'What it will depend on',
    kind: 'text',
    type: text(address),
    value: 'ADDRESS',
    many: false,
    default: null,
    help: 'the address that its gateway should have',
  },
  hostname: {
    section: 'What it will depend on',
    kind: 'text',
    type: text(parseCustomDomain),
    show: formatCustomDomain,
    value: 'ROLE=HOST',
    many: true,
    help: 'custom domain; ROLE is gateway, portal, developer, management, scm or configuration',
  },
  target: {
    section: 'What it will depend on',
    kind: 'text',
    type: text(parseTargetUrl),
    show: formatTargetUrl,
    value: 'URL',
    many: true,
    help: 'any extra endpoint, like tcp://10.0.0.4:1433 or https://api.contoso.com/health',
  },
  from: {
    ...file,
    section: 'What it will depend on',
    many: true,
    help: 'Azure’s own JSON, saved by az, PowerShell or the portal: endpoints, effective rules and routes, the network, the service',
  },
  only: { ...group, help: 'probe this group alone' },
  skip: { ...group, help: 'leave this group out' },
  require: { ...group, help: 'count this group as required' },
  optional: { ...group, help: 'count this group as optional' },
  expectPrivate: {
    section: 'What to probe',
    kind: 'text',
    type: text(groupOrHost),
    many: true,
    value: 'GROUP|HOST',
    help: 'count a public address of this group or host as a failure',
  },
  dnsServer: {
    section: 'Names and routes',
    kind: 'text',
    type: text(parseServerAddress),
    show: formatServerAddress,
    value: 'ADDRESS[:PORT]',
    many: true,
    help: 'DNS server to ask instead of the configured ones',
  },
  connectTo: {
    section: 'Names and routes',
    kind: 'text',
    type: text(parseRedirect),
    show: formatRedirect,
    value: 'HOST:PORT:ADDRESS:PORT',
    many: true,
    help: 'dial another address for HOST and PORT, as in curl; either may be empty for any',
  },
  caFile: {
    ...file,
    section: 'Names and routes',
    many: true,
    help: 'extra root certificates in PEM, beside the public ones',
  },
  timeout: {
    section: 'Time and load',
    kind: 'number',
    type: wholeNumber(' of milliseconds', 1, 600_000),
    value: 'MS',
    many: false,
    default: 5000,
    help: 'time-out of one step of one attempt, in milliseconds',
  },
  deadline: {
    section: 'Time and load',
    kind: 'number',
    type: wholeNumber(' of milliseconds', 1, 3_600_000),
    value: 'MS',
    many: false,
    default: 60_000,
    help: 'limit of the whole run, in milliseconds; what is not done then is untested',
  },
  concurrency: {
    section: 'Time and load',
    kind: 'number',
    type: wholeNumber('', 1, 4096),
    value: 'N',
    many: false,
    default: 256,
    help: 'first attempts open at a time, at most; further attempts at silent addresses come on top',
  },
  attempts: {
    section: 'Time and load',
    kind: 'number',
    type: wholeNumber('', 1, 10),
    value: 'N',
    many: false,
    default: 3,
    help: 'tries after failures, so that flaky and dead differ; with 2 or more, a required endpoint that died gets a last one after 12 s',
  },
  output: {
    ...file,
    section: 'Output',
    many: false,
    default: null,
    help: 'where the JSON report goes; - is stdout (default: stdout, or a new file in this folder when stdout is a terminal; demo: none)',
  },
  format: {
    section: 'Output',
    kind: 'text',
    type: text(parseReportFormat),
    show: formatReportFormat,
    place: (output, resolve) => ({ ...output, file: file.place(output.file, resolve) }),
    value: 'FORMAT=FILE',
    many: true,
    help: `another rendering of the report; - is stdout; FORMAT is one of ${REPORT_FORMATS.join(', ')}`,
  },
  label: {
    section: 'Output',
    kind: 'text',
    type: text(parseLabel, 'must be text KEY=VALUE, like "env=prod"'),
    show: formatLabel,
    value: 'KEY=VALUE',
    many: true,
    help: 'note in the report, to tell it from others, like env=prod',
  },
  quiet: {
    section: 'Output',
    kind: 'switch',
    type: onOrOff,
    value: null,
    many: false,
    default: false,
    help: 'no progress, and a short summary; -q for short',
  },
  verbose: {
    section: 'Output',
    kind: 'switch',
    type: onOrOff,
    value: null,
    many: false,
    default: false,
    help: 'a line for each endpoint in the summary, and nothing cut; -v for short',
  },
  logLevel: {
    section: 'Output',
    kind: 'text',
    type: choice(LOG_LEVELS),
    value: 'LEVEL',
    many: false,
    default: 'warn',
    help: `log on stderr: ${LOG_LEVELS.join(', ')}`,
  },
  color: {
    section: 'Output',
    kind: 'switch',
    type: onOrOff,
    value: null,
    many: false,
    default: true,
    help: 'colour on a terminal',
    off: 'no colour, as with NO_COLOR set or TERM=dumb',
  },
  logFile: {
    ...file,
    type: text(namedFile),
    section: 'Output',
    many: false,
    default: null,
    help: 'append the log to FILE, in JSON lines, instead of stderr; past 10 MiB it becomes FILE.1',
  },
  failOn: {
    section: 'Output',
    kind: 'text',
    type: choice(['required', 'any', 'never']),
    value: 'WHEN',
    many: false,
    default: 'required',
    help: 'exit 1 when a required endpoint was not reached; any: an optional one or a warning as well; or never',
  },
  redact: {
    section: 'Output',
    kind: 'text',
    type: choice(REDACTION_LEVELS),
    value: 'LEVEL',
    many: false,
    default: 'standard',
    help: 'what reports, uploads and bundles leave out: standard (secrets) or strict (names, private addresses and ids, too)',
  },
  state: {
    section: 'History',
    kind: 'text',
    type: text(namedFile),
    place: (path, resolve) => resolve(path),
    value: 'DIR',
    many: false,
    default: null,
    help: 'folder that stores the reports, for history, compare and status changes; created when missing',
  },
  keepDays: {
    section: 'History',
    kind: 'number',
    type: wholeNumber(' of days', 1, 3650),
    value: 'DAYS',
    many: false,
    default: 30,
    help: 'remove stored reports that are older',
  },
  keepCount: {
    section: 'History',
    kind: 'number',
    type: wholeNumber('', 2, 100_000),
    value: 'N',
    many: false,
    default: 3000,
    help: 'store at most N reports',
  },
  keepBytes: {
    section: 'History',
    kind: 'number',
    type: wholeNumber(' of bytes', 1_000_000, 1_000_000_000_000),
    value: 'BYTES',
    many: false,
    default: 1_000_000_000,
    help: 'store at most so many bytes of reports, and always the two newest',
  },
  onChange: {
    section: 'History',
    kind: 'text',
    type: text(shellCommand),
    // Any part of the command may be a password.
    show: () => '***',
    secret: true,
    value: 'COMMAND',
    many: false,
    default: null,
    help: 'run COMMAND by the shell when the verdict, the endpoints not reached, or the findings differ from the last announced report; until it ends with 0, each run reports the change again',
  },
  upload: {
    section: 'Upload',
    kind: 'text',
    type: text(parseUploadUrl),
    show: shownUploadUrl,
    secret: true,
    value: 'URL',
    many: false,
    default: null,
    help: 'send each report there: a container of Blob Storage, or any HTTPS URL; one with a SAS or token only from the variable, a file or a systemd credential',
  },
  uploadFile: {
    ...file,
    section: 'Upload',
    many: false,
    default: null,
    help: 'file that holds that URL in one line (default: the systemd credential upload-url)',
  },
  uploadMethod: {
    section: 'Upload',
    kind: 'text',
    type: choice(UPLOAD_METHODS),
    value: 'METHOD',
    many: false,
    default: 'put',
    help: 'to an HTTPS URL that is not Blob Storage: put to URL/NAME, or post to URL itself',
  },
  uploadHeaderFile: {
    ...file,
    section: 'Upload',
    many: false,
    default: null,
    help: 'file of headers for such a URL, one a line, with the token that opens it',
  },
  uploadIdentity: {
    section: 'Upload',
    kind: 'text',
    type: text(clientId),
    value: 'CLIENT_ID',
    many: false,
    default: null,
    help: 'user-assigned identity for Blob Storage without a SAS (default: the VM’s own)',
  },
  uploadTimeout: {
    section: 'Upload',
    kind: 'number',
    type: wholeNumber(' of milliseconds', 1, 3_600_000),
    value: 'MS',
    many: false,
    default: 60_000,
    help: 'limit of the whole upload after a run, in milliseconds; what is not sent then waits',
  },
  spool: {
    ...file,
    section: 'Upload',
    many: false,
    default: null,
    value: 'DIR',
    help: 'folder where reports wait (default: spool in --state, $STATE_DIRECTORY or ~/.local/state/apim-probe)',
  },
  spoolBytes: {
    section: 'Upload',
    kind: 'number',
    type: wholeNumber(' of bytes', 65_536, 1_099_511_627_776),
    value: 'BYTES',
    many: false,
    default: 67_108_864,
    help: 'limit of the spool; the oldest reports are dropped first, and the next report notes it',
  },
  config: {
    ...file,
    section: 'Configuration',
    many: false,
    default: null,
    help: 'options from a YAML or JSON file (default: /etc/apim-probe/config.yaml)',
    without: 'read no config file',
  },
};

export const OPTION_KEYS = Object.keys(OPTIONS) as readonly OptionKey[];

/** The keys of a config file: all but the name of the config file. */
export const FILE_KEYS = OPTION_KEYS.filter((key): key is keyof Options => key !== 'config');

/** @returns `dns-server` for `dnsServer` */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

/** @returns `APIM_PROBE_DNS_SERVER` for `dnsServer` */
export function variableName(key: string): string {
  return `APIM_PROBE_${flagName(key).replaceAll('-', '_').toUpperCase()}`;
}

/** The variables whose whole value may be a secret. */
export const SECRET_VARIABLES: ReadonlySet<string> = new Set(
  OPTION_KEYS.filter((key) => OPTIONS[key].secret === true).map(variableName),
);

/** Formats the value of an option for people and for `config --format json`. */
export function shown(key: keyof Options, value: Options[keyof Options]): OptionValue {
  // The table's type ties each `show` to its option; a union of keys loses that tie.
  const show = OPTIONS[key].show as ((item: unknown) => string) | undefined;
  if (show === undefined || value === null) return value as OptionValue;
  return Array.isArray(value) ? value.map(show) : show(value);
}

import type { TargetUrl } from '../common/target-url.ts';
import type { Tier } from '../model/tiers.ts';
import type { Cloud, Group } from '../model/vocabulary.ts';
import type { Label } from './label.ts';

export const GATEWAY_ROLES = [
  'gateway',
  'portal',
  'developer',
  'management',
  'scm',
  'configuration',
] as const;
export type GatewayRole = (typeof GATEWAY_ROLES)[number];

export const REPORT_FORMATS = [
  'json',
  'text',
  'html',
  'markdown',
  'junit',
  'prometheus',
  'nagios',
  'csv',
  'network-status',
] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const UPLOAD_METHODS = ['put', 'post'] as const;

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** standard: redacts secrets. strict: also redacts what identifies the network. */
export const REDACTION_LEVELS = ['standard', 'strict'] as const;
export type RedactionLevel = (typeof REDACTION_LEVELS)[number];

/** A DNS server as given by the user. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** `--connect-to HOST:PORT:ADDRESS:PORT`; an empty HOST or PORT matches any, as curl has it. */
export interface Redirect {
  readonly host: string | null;
  readonly port: number | null;
  readonly address: string;
  readonly toPort: number;
}

/** The validated options of a run, built by `load()`. */
export interface Options {
  readonly cloud: Cloud | null;
  readonly region: string | null;
  /** Further regions of the instance. */
  readonly location: readonly string[];
  readonly platform: 'stv2' | 'stv1';
  readonly tier: Tier;
  /** Null: one before the deployment. */
  readonly units: number | null;
  /** CIDR; null: asked of the instance metadata service. */
  readonly subnet: string | null;
  readonly storage: readonly string[];
  readonly sql: readonly string[];
  readonly keyVault: readonly string[];
  readonly eventHubs: readonly string[];
  readonly redis: readonly string[];
  readonly apim: string | null;
  readonly vip: string | null;
  readonly hostname: readonly { readonly role: GatewayRole; readonly host: string }[];
  readonly target: readonly TargetUrl[];
  /** Files with Azure's own JSON: lists of endpoints, and documents of the network. */
  readonly from: readonly string[];
  readonly only: readonly Group[];
  readonly skip: readonly Group[];
  readonly require: readonly Group[];
  readonly optional: readonly Group[];
  /** Groups, host names, or names of resources. */
  readonly expectPrivate: readonly string[];
  readonly dnsServer: readonly ServerAddress[];
  readonly connectTo: readonly Redirect[];
  readonly caFile: readonly string[];
  /** ms, one step of one attempt */
  readonly timeout: number;
  /** ms, the whole run */
  readonly deadline: number;
  readonly concurrency: number;
  readonly attempts: number;
  readonly output: string | null;
  readonly format: readonly { readonly format: ReportFormat; readonly file: string }[];
  readonly label: readonly Label[];
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly color: boolean;
  readonly logFile: string | null;
  readonly failOn: 'required' | 'any' | 'never';
  /** For reports, uploads and bundles. */
  readonly redact: RedactionLevel;
  /** Folder of the stored reports; null: reports are not stored. */
  readonly state: string | null;
  readonly keepDays: number;
  readonly keepCount: number;
  readonly keepBytes: number;
  /** Shell command of the user. */
  readonly onChange: string | null;
  /** URL with its credential: a secret. */
  readonly upload: string | null;
  readonly uploadFile: string | null;
  readonly uploadMethod: (typeof UPLOAD_METHODS)[number];
  readonly uploadHeaderFile: string | null;
  readonly uploadIdentity: string | null;
  /** ms, the whole upload after a run */
  readonly uploadTimeout: number;
  /** Folder. */
  readonly spool: string | null;
  readonly spoolBytes: number;
}

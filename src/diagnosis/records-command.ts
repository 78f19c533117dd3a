import { shellWord } from '../common/shell-quote.ts';
import type { Observations, Target } from '../model/report.ts';
import { isOwn } from './instance.ts';

/** The instance's name precedes the label of the role, or the region of a regional gateway. */
const INSTANCE_HOST =
  /^([A-Za-z0-9-]+?)(?:-[a-z0-9]+-\d+\.regional|\.(?:portal|developer|management|scm|configuration))?\.azure-api\.(?:net|us|cn)$/;
/** Without characters that a shell interprets. */
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?$/;

/** The command that prints DNS records for these hosts of the instance; unknown arguments become placeholders. */
export function recordsCommand(
  { environment }: Observations,
  targets: readonly Target[],
  address: string | null,
): string {
  const names = [...new Set([...targets.flatMap(nameFlag), ...locationFlags(targets)])].sort();
  const word = address === null ? null : shellWord(address);
  return [
    'apim-probe records',
    ...(environment.cloud === 'public' ? [] : [`--cloud ${environment.cloud}`]),
    ...(names.length > 0 ? names : ['--apim NAME']),
    `--vip ${word ?? 'ADDRESS'}`,
  ].join(' ');
}

/** The flag that names a host of the instance. */
function nameFlag(target: Target): string[] {
  const { host, source } = target;
  if (!isOwn(target) || !HOST.test(host)) return [];
  const [, role] = /^--hostname ([a-z]+)$/.exec(source.document) ?? [];
  if (source.kind === 'config' && role !== undefined) return [`--hostname ${role}=${host}`];
  const apim = INSTANCE_HOST.exec(host)?.[1];
  return apim === undefined || !HOST.test(apim) ? [] : [`--apim ${apim}`];
}

/** The `--location` flags of gateways that are in the plan only because the user named their region. */
function locationFlags(targets: readonly Target[]): string[] {
  return targets
    .filter(({ source }) => source.kind === 'config' && source.document === '--location')
    .flatMap(({ host }) => /-([a-z0-9]+)-\d+\.regional\./.exec(host)?.[1] ?? [])
    .map((region) => `--location ${region}`);
}

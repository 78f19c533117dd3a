/** The documents of `--from`, compared with this VM and judged: what a run and `preflight` do with them. */
import { type Documents, examineDocuments } from './azure/documents/given.ts';
import type { ImportedFile } from './azure/reading.ts';
import { endpointListsIn } from './config/import-file.ts';
import type { Options } from './config/types.ts';
import type { Survey } from './environment/types.ts';
import type { PreflightCheck } from './model/azure-documents.ts';
import { judgePreflight } from './preflight/index.ts';

export interface JudgedDocuments extends Documents {
  /** Every prerequisite, shown or not. */
  readonly preflight: readonly PreflightCheck[];
}

/**
 * Finds which documents count, what puts each in doubt, and which prerequisites they show.
 * @param now ms since the epoch
 */
export function judgeDocuments(
  files: readonly ImportedFile[],
  options: Options,
  { environment }: Survey,
  now: number,
): JudgedDocuments {
  const { vm, network } = environment;
  const addresses = network.interfaces.map(({ address }) => address);
  const documents = examineDocuments(
    files,
    {
      subscriptionId: vm?.subscriptionId ?? null,
      resourceGroup: vm?.resourceGroup ?? null,
      addresses,
    },
    now,
  );
  const lists = endpointListsIn(files).map(({ document }) => document);
  const { tier, units, subnet, platform } = options;
  const intent = { tier, platform, units: units ?? 1, region: environment.region, subnet, own: addresses };
  const given = { documents: documents.given, lists, now };
  return { ...documents, preflight: judgePreflight(given, intent, environment) };
}

/**
 * Reads the reply with the outbound network dependencies: `GET …/service/NAME/outboundNetworkDependenciesEndpoints` of
 * the API Management REST API.
 */
import { z } from 'zod';
import { LONGEST_NAME } from './endpoint-name.ts';
import type { OutboundDependencies } from './outbound-dependencies.ts';
import { isRecord } from './saved.ts';

/** Every member is optional in the published schema; without a domain name there is nothing to read, though. */
const Category = z.object({
  category: z.string().nullish(),
  endpoints: z
    .array(
      z.object({
        domainName: z.string().min(1).max(LONGEST_NAME),
        endpointDetails: z
          .array(z.object({ port: z.number().nullish(), region: z.string().nullish() }))
          .nullish(),
      }),
    )
    .nullish(),
});

export const Categories = z.array(Category);

/**
 * Other services have lists of the same form. Returns the service whose members are in the list; null for a list of
 * API Management. Source: the published schemas of Microsoft.Web, Microsoft.ContainerService and Microsoft.Batch.
 */
export function serviceOf(members: readonly Readonly<Record<string, unknown>>[]): string | null {
  const endpoints = members.flatMap(({ endpoints }) => recordsIn(endpoints));
  const details = endpoints.flatMap(({ endpointDetails }) => recordsIn(endpointDetails));
  if (details.some((one) => 'isAccessible' in one || 'latency' in one)) {
    return 'an App Service Environment or an Azure Databricks workspace';
  }
  if (details.some((one) => 'protocol' in one)) return 'an Azure Kubernetes Service cluster';
  const isBatch = endpoints.some((one) => 'description' in one);
  return isBatch || members.some(({ category }) => category === 'Azure Batch')
    ? 'an Azure Batch account'
    : null;
}

function recordsIn(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** Converts the reply: one dependency for each host and port. */
export function outboundDependencies(reply: z.infer<typeof Categories>): OutboundDependencies {
  const dependencies = reply.flatMap(({ category, endpoints }) =>
    (endpoints ?? []).flatMap(({ domainName, endpointDetails }) => {
      const details = endpointDetails ?? [];
      return (details.length > 0 ? details : [{}]).map(({ port, region }) => ({
        category: category ?? null,
        domainName,
        port: port ?? null,
        region: region ?? null,
      }));
    }),
  );
  return { kind: 'outbound-dependencies', dependencies };
}

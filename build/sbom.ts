/** The software bill of materials: what was put together, with versions and hashes, as CycloneDX. */
import { z } from 'zod';
import { BuildError } from './build-error.ts';
import { npm } from './npm.ts';

const Bom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ purl: z.string(), 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/**
 * npm's bill of the lock file, of which the shipped packages stay: npm knows their hashes, and the bundler which of them
 * went in.
 * @param shipped each package as NAME@VERSION
 */
export async function sbom(shipped: readonly string[]): Promise<string> {
  return onlyShipped(await npm('sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'), shipped);
}

/** @throws BuildError when npm does not list a shipped package */
export function onlyShipped(text: string, shipped: readonly string[]): string {
  const bom = Bom.parse(JSON.parse(text));
  const { component } = bom.metadata;
  // npm calls the project by the name of its folder, and everything a library.
  const name = /^pkg:npm\/(.+)@/.exec(component.purl)?.[1] ?? component.purl;
  const metadata = { ...bom.metadata, component: { ...component, name, type: 'application' } };
  const refs = new Set(shipped);
  const components = bom.components.filter((one) => refs.has(one['bom-ref']));
  const listed = new Set(components.map((one) => one['bom-ref']));
  const missing = shipped.filter((ref) => !listed.has(ref));
  if (missing.length > 0)
    throw new BuildError(`package-lock.json lacks ${missing.join(', ')}: run "npm ci", then build again.`);
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref) || ref === component['bom-ref'])
    .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => refs.has(ref)) }));
  return `${JSON.stringify({ ...bom, metadata, components, dependencies }, null, 2)}\n`;
}

/** The software bill of materials: what was put together, with versions and hashes, as CycloneDX. */
import { z } from 'zod';
import { npm } from './npm.ts';

const Bom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ purl: z.string() }) }),
  components: z.array(z.unknown()).min(1),
});

/** npm's own, read off package-lock.json, so that it is the same wherever it is made. */
export async function sbom(): Promise<string> {
  return named(await npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'));
}

/** npm calls the project by the name of its folder, and everything a library. */
export function named(text: string): string {
  const bom = Bom.parse(JSON.parse(text));
  const { component } = bom.metadata;
  const name = /^pkg:npm\/(.+)@/.exec(component.purl)?.[1] ?? component.purl;
  const metadata = { ...bom.metadata, component: { ...component, name, type: 'application' } };
  return `${JSON.stringify({ ...bom, metadata }, null, 2)}\n`;
}

import { z } from 'zod';
import { FILE_KEYS, OPTIONS } from './options.ts';

/** JSON Schema (draft 2020-12) of a config file, for editors and for `schema --of config`. */
export function configSchema(): object {
  const shape: Record<string, z.ZodType> = {
    $schema: z.string().optional().describe('Where an editor finds this schema'),
  };
  for (const key of FILE_KEYS) {
    const option = OPTIONS[key];
    const item: z.ZodType = option.type;
    const type = option.many ? z.union([item, z.array(item)]) : item;
    const meta = { description: option.help };
    const documented =
      option.many || option.default === null
        ? type.meta(meta)
        : type.meta({ ...meta, default: option.default });
    shape[key] = documented.optional();
  }
  const config = z.strictObject(shape).meta({
    $id: 'urn:apim-probe:config',
    title: 'apim-probe config',
    description: 'The options of apim-probe, as a config file has them',
  });
  return z.toJSONSchema(config, { io: 'input' });
}

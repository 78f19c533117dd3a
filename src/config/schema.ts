import { z } from 'zod';
import { FILE_KEYS, OPTIONS } from './options.ts';

/** JSON Schema (draft 2020-12) of a config file, for editors and for `schema --of config`. */
export function configSchema(): object {
  const shape: Record<string, z.ZodType> = { $schema: z.string().optional() };
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
  const config = z.strictObject(shape).meta({ title: 'apim-probe config' });
  return z.toJSONSchema(config, { io: 'input' });
}

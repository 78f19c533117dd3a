import { FILE_KEYS, OPTIONS } from './options.ts';

/** JSON Schema (draft 2020-12) of a config file, for editors and for `schema --of config`. */
export function configSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      $schema: { description: 'Where an editor finds this schema', type: 'string' },
      ...Object.fromEntries(FILE_KEYS.map((key) => [key, optionSchema(key)])),
    },
    additionalProperties: false,
    $id: 'urn:apim-probe:config',
    title: 'apim-probe config',
    description: 'The options of apim-probe, as a config file has them',
  };
}

function optionSchema(key: (typeof FILE_KEYS)[number]): object {
  const option = OPTIONS[key];
  const { schema } = option.type;
  const description = option.help;
  if (option.many) return { anyOf: [schema, { type: 'array', items: schema }], description };
  return option.default === null
    ? { ...schema, description }
    : { ...schema, description, default: option.default };
}

import t from 'tap';
import { FILE_KEYS, flagName, OPTION_KEYS, OPTIONS, variableName } from '../../src/config/options.ts';
import { configSchema } from '../../src/config/schema.ts';

interface JsonSchema {
  readonly properties: Readonly<Record<string, Record<string, unknown>>>;
  readonly additionalProperties: boolean;
  readonly required?: readonly string[];
}

t.test('the JSON Schema of the config has every option and nothing else', async (t) => {
  const schema = configSchema() as JsonSchema;
  t.strictSame(Object.keys(schema.properties).sort(), ['$schema', ...FILE_KEYS].sort());
  t.equal(schema.additionalProperties, false);
  t.strictSame(schema.required ?? [], []);
  t.match(schema.properties['timeout'], { type: 'integer', minimum: 1, maximum: 600_000, default: 5000 });
  t.match(schema.properties['cloud'], { type: 'string', enum: ['public', 'government', 'china'] });
  t.match(schema.properties['quiet'], { type: 'boolean', default: false });
  t.match(schema.properties['storage'], {
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  });
});

t.test('names of flags and variables follow from the key', async (t) => {
  t.equal(flagName('dnsServer'), 'dns-server');
  t.equal(variableName('dnsServer'), 'APIM_PROBE_DNS_SERVER');
  t.equal(new Set(OPTION_KEYS.map(flagName)).size, OPTION_KEYS.length);
});

t.test('every default is a value that its own option accepts', async (t) => {
  for (const key of FILE_KEYS) {
    const option = OPTIONS[key];
    if (!option.many && option.default !== null)
      t.strictSame(option.type.parse(option.default), option.default, key);
    t.ok(option.help.length > 0, `${key} has a help text`);
  }
});

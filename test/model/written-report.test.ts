/** The published JSON Schema: complete enough for an independent reader. */
import t from 'tap';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { reportSchema } from '../../src/model/written-report.ts';

interface Node {
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly propertyNames?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly $ref?: string;
}

/** Every schema below this one, by its path. Alternatives count where they have parts of their own. */
function nodes(node: Node, path: string): [string, Node][] {
  const parts: [string, Node][] = [
    ...Object.entries(node.properties ?? {}).map(
      ([key, value]) => [`${path}.${key}`, value] as [string, Node],
    ),
    ...(node.items === undefined ? [] : [[`${path}[]`, node.items] as [string, Node]]),
    ...(typeof node.additionalProperties === 'object'
      ? [[`${path}{}`, node.additionalProperties] as [string, Node]]
      : []),
    ...(node.propertyNames === undefined ? [] : [[`${path}{key}`, node.propertyNames] as [string, Node]]),
  ];
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  const several = alternatives.filter(({ properties }) => properties !== undefined).length > 1;
  return [
    ...parts.flatMap(([at, part]) => [[at, part] as [string, Node], ...nodes(part, at)]),
    ...alternatives.flatMap((one, at) => [
      ...(several ? [[`${path}|${at}`, one] as [string, Node]] : []),
      ...nodes(one, path),
    ]),
  ];
}

t.test('the schema has an id, a title and a description', async (t) => {
  t.match(reportSchema(), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:apim-probe:report:${SCHEMA_VERSION}`,
    title: 'apim-probe report',
    description: /\w/,
    type: 'object',
  });
});

t.test('every node has a description', async (t) => {
  const all = nodes(reportSchema() as Node, 'report');
  t.ok(all.length > 300, `${all.length} nodes were looked at`);
  t.strictSame(
    all.filter(([, { description }]) => (description ?? '') === '').map(([path]) => path),
    [],
  );
  t.notOk(JSON.stringify(reportSchema()).includes('"$ref"'), 'or the walk would have to follow it');
});

t.test('the walk finds what is not described', async (t) => {
  const bare: Node = {
    properties: {
      list: { description: 'd', items: { properties: { key: {} } } },
      map: { description: 'd', additionalProperties: {}, propertyNames: {} },
      either: { description: 'd', anyOf: [{ properties: { one: {} } }, { properties: {} }] },
      perhaps: { description: 'd', anyOf: [{ properties: { two: {} }, description: '' }, { type: 'null' }] },
    },
  };
  t.strictSame(
    nodes(bare, 'r')
      .filter(([, { description }]) => (description ?? '') === '')
      .map(([path]) => path),
    [
      'r.list[]',
      'r.list[].key',
      'r.map{}',
      'r.map{key}',
      'r.either|0',
      'r.either.one',
      'r.either|1',
      'r.perhaps.two',
    ],
  );
});

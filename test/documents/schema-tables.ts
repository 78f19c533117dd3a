/** A JSON Schema as tables in Markdown: one for each large part, with a row for each field in it. */

/** What a node of the report's schema may hold. */
export interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Field {
  /** From the root, with `[]` for an entry of a list, and `KEY` for any key of a map. */
  readonly path: string;
  readonly schema: Schema;
  /** Whether every report has it. */
  readonly present: boolean;
  /** What its key is, where a map has keys of any name. */
  readonly key?: string | undefined;
}

/** A part with more fields than this gets a table of its own. */
const MOST_FIELDS_INLINE = 9;
/** An enumeration with more values than this is listed once. */
const MOST_VALUES_AGAIN = 4;

/**
 * @param heading in front of the path of each part: `###`
 * @returns the tables, without a line break at the end
 */
export function schemaTables(schema: Schema, heading: string): string {
  const listed = new Map<string, string>();
  const sections: string[] = [];
  const write = (part: Field): void => {
    const { rows, parts } = divide(part);
    const described = part.path === '' ? [] : [`${heading} \`${part.path}\``, meaningOf(part, listed)];
    const table = rows.length === 0 ? [] : [tableOf(rows, part.path, listed)];
    sections.push(...described, ...table);
    for (const each of parts) write(each);
  };
  write({ path: '', schema, present: true });
  return sections.join('\n\n');
}

/** The fields of one table, in their order, and the parts below them that get tables of their own. */
function divide(part: Field): { rows: readonly Field[]; parts: readonly Field[] } {
  const rows: Field[] = [];
  const parts: Field[] = [];
  const add = (field: Field): void => {
    if (part.path === '' ? below(field).length > 0 : size(field) > MOST_FIELDS_INLINE) parts.push(field);
    else {
      rows.push(field);
      below(field).forEach(add);
    }
  };
  below(part).forEach(add);
  return { rows, parts };
}

function size(field: Field): number {
  return below(field).reduce((sum, each) => sum + 1 + size(each), 0);
}

/** The fields directly below one: of an object, of the objects in a list, of a map, or its alternatives. */
function below({ path, schema }: Field): readonly Field[] {
  const { properties = {}, required = [], items, additionalProperties, propertyNames } = schema;
  const own = Object.entries(properties).map(([key, value]) => ({
    path: path === '' ? key : `${path}.${key}`,
    schema: value,
    present: required.includes(key),
  }));
  const inList = items === undefined ? [] : below({ path: `${path}[]`, schema: items, present: true });
  const inMap =
    typeof additionalProperties === 'object'
      ? [
          {
            path: `${path}.KEY`,
            schema: additionalProperties,
            present: true,
            key: propertyNames?.description,
          },
        ]
      : [];
  const objects = alternativesOf(schema).filter((one) => one.properties !== undefined);
  const alternatives =
    objects.length > 1
      ? objects.map((one) => ({ path: `${path} (${nameOf(one)})`, schema: one, present: true }))
      : objects.flatMap((one) => below({ path, schema: one, present: true }));
  return [...own, ...inList, ...inMap, ...alternatives];
}

function alternativesOf({ anyOf, oneOf }: Schema): readonly Schema[] {
  return [...(anyOf ?? []), ...(oneOf ?? [])];
}

/** What tells an alternative from the others: its constant field. */
function nameOf({ properties = {} }: Schema): string {
  const fixed = Object.values(properties).find((part) => part.const !== undefined);
  if (fixed === undefined)
    throw new Error('An alternative has no constant field that tells it from the others');
  return String(fixed.const);
}

/** The description, whether it may be absent, and the values of an enumeration. */
function meaningOf({ path, schema, present, key }: Field, listed: Map<string, string>): string {
  return [
    sentence(schema.description ?? ''),
    ...(key === undefined ? [] : [`\`KEY\` is: ${sentence(key)}`]),
    ...(present ? [] : ['May be absent.']),
    ...valueSentence(path, valuesOf(schema), listed),
  ].join(' ');
}

function valueSentence(
  path: string,
  values: readonly string[],
  listed: Map<string, string>,
): readonly string[] {
  if (values.length < 2) return [];
  const all = values.map((value) => `\`${value}\``).join(', ');
  const first = listed.get(all);
  if (first !== undefined && values.length > MOST_VALUES_AGAIN) return [`Values as in \`${first}\`.`];
  listed.set(all, path);
  return [`Values: ${all}.`];
}

function valuesOf(schema: Schema): readonly string[] {
  const { enum: values = [], items } = schema;
  const inside = [...alternativesOf(schema), ...(items === undefined ? [] : [items])];
  return [...values.map(String), ...inside.filter((one) => one.properties === undefined).flatMap(valuesOf)];
}

function typeOf(schema: Schema): string {
  const { type, format, items, additionalProperties } = schema;
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`;
  if (type === 'object') return typeof additionalProperties === 'object' ? 'map' : 'object';
  if (format === 'date-time') return 'time';
  return [type ?? 'any'].flat().join(' or ');
}

function sentence(text: string): string {
  return text === '' || text.endsWith('.') ? text : `${text}.`;
}

/** @param inside the path of the part, which the fields of its table leave out */
function tableOf(fields: readonly Field[], inside: string, listed: Map<string, string>): string {
  const lines = fields.map((field) => {
    const name = inside === '' ? field.path : field.path.slice(inside.length).replace(/^\./, '');
    return `| \`${name}\` | ${cell(typeOf(field.schema))} | ${cell(meaningOf(field, listed))} |`;
  });
  return ['| field | type | meaning |', '| --- | --- | --- |', ...lines].join('\n');
}

/** A bar would end the cell, and an angle bracket would begin an HTML element. */
function cell(text: string): string {
  return text.replace(/[|<]/g, '\\$&').replaceAll('\n', ' ');
}

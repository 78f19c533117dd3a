/** HTML from templates: whatever is put into one is escaped, unless it is the result of another template. */

/** HTML that a template has made; nothing else can make it. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type { Markup };

/** What a template takes. Null and false are nothing, and a list is its items, one after the other. */
export type Content = Markup | string | number | null | false | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * The tag of templates. Values go between tags or into quoted attributes. The indentation of the template is no part of
 * the page.
 */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const pieces = literals.map(
    (literal, index) => literal.replace(/\n\s*/g, '\n') + escapeContent(values[index] ?? null),
  );
  return new Markup(pieces.join(''));
}

function escapeContent(content: Content): string {
  if (content === null || content === false) return '';
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'object') return content.map(escapeContent).join('');
  return String(content).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** The items with a separator between them. */
export function joinContent(items: readonly Content[], separator: Content): Content {
  return items.map((item, index) => (index === 0 ? item : [separator, item]));
}

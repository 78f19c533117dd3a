/** The types of options' values. A schema library would slow down every command by a third of the runtime's own start. */
import { BadValue } from '../common/bad-value.ts';
import { didYouMean } from '../common/did-you-mean.ts';

export interface ValueType<Item> {
  /**
   * @param value text, a number or a boolean of a config file, or whatever else is in its place
   * @throws BadValue
   */
  readonly parse: (value: unknown) => Item;
  /** What the JSON Schema of the config says of it. */
  readonly schema:
    | { readonly type: 'string'; readonly enum?: readonly string[] }
    | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
    | { readonly type: 'boolean' };
}

/**
 * Text with a parser.
 * @param problem of a value that is not text
 */
export function text<Item>(parse: (value: string) => Item, problem?: string): ValueType<Item> {
  return {
    parse: (value) => {
      if (typeof value === 'string') return parse(value);
      throw new BadValue(problem ?? notText(value));
    },
    schema: { type: 'string' },
  };
}

function notText(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? 'must be text, without a key before it'
    : 'must be text; put it in quotes';
}

/** @param of the unit, as " of milliseconds", or nothing */
export function wholeNumber(of: string, minimum: number, maximum: number): ValueType<number> {
  return {
    parse: (value) => {
      if (Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum)
        return Number(value);
      throw new BadValue(`must be a whole number${of} from ${minimum} to ${maximum}`);
    },
    schema: { type: 'integer', minimum, maximum },
  };
}

export function choice<const Choice extends string>(choices: readonly Choice[]): ValueType<Choice> {
  return {
    parse: (value) => {
      const chosen = choices.find((known) => known === value);
      if (chosen !== undefined) return chosen;
      throw new BadValue(`must be one of ${choices.join(', ')}.${didYouMean(String(value), choices)}`);
    },
    schema: { type: 'string', enum: choices },
  };
}

export const onOrOff: ValueType<boolean> = {
  parse: (value) => {
    if (typeof value === 'boolean') return value;
    throw new BadValue('must be true or false');
  },
  schema: { type: 'boolean' },
};

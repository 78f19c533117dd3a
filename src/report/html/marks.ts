/** Statuses and outcomes as a symbol with a word, so that no meaning is in the colour alone. */
import { createPalette, type Mark } from '../text/palette.ts';
import { type Content, html, type Markup } from './markup.ts';

const PLAIN = createPalette(false);

/** A symbol in the colour of the mark, followed by its text. */
export function markedText(mark: Mark, text: Content): Markup {
  return html`<span class="mark ${mark}"><span aria-hidden="true">${PLAIN.symbol(mark)}</span> ${text}</span>`;
}

/** A symbol alone; its text is for screen readers. */
export function markSymbol(mark: Mark, text: string): Markup {
  return html`<span class="dot ${mark}"><span aria-hidden="true">${PLAIN.symbol(mark)}</span><span class="vh">${text}</span></span>`;
}

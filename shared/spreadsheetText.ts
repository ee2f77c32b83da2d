import { visibleText } from './visibleText.ts'

/** What begins a formula in a spreadsheet, the full-width forms too. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Text that a spreadsheet can open without harm: what it would take for a formula gets an apostrophe in front (as OWASP
 * advises against CSV injection), and characters that steer a screen or turn the reading direction are shown by their number.
 */
export function spreadsheetText(text: string): string {
  const shown = visibleText(text)
  // A class may be called -1.
  return formula.test(shown) && !number.test(shown) ? `'${shown}` : shown
}

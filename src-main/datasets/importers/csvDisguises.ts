import { isNumber } from './csvNumbers.ts'

/*
 * Text of which a person would say that it is a number, though it is not written as one that is read. As categories such
 * cells would lose their order, without a word.
 */

interface Disguise {
  readonly pattern: RegExp
  /** Ends "they look like ...". */
  readonly look: string
  readonly remedy: string
}

/** Minus signs and dashes that stand for one: hyphen, en dash, ..., minus, and the small and full-width ones. */
const dash = '[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]'
const sign = '[+-]?'
/** Digits with whatever may stand between and after them. */
const digits = String.raw`(?:\d[\d.,'’_ \u00a0\u202f]*|[.,]\d+)(?:e[+-]?\d+)?`
const number = `${sign}\\s?${digits}`
/** Units that are often written without a space. Others count when a space stands before them. */
const closeUnit =
  '(?:[kmcdµμn]?(?:m|g|l|s|hz)|[kmµμn](?:v|w|a|pa|j)|km/h|m/s|mph|kwh|min|h|ha|lbs?|oz|ft|mi|yd|°[cf]?|px|[kmgt]i?b|k|mn|bn)'
const currency = String.raw`(?:[a-z]{0,2}\p{Sc}|eur|usd|gbp|chf|jpy|cny|inr|sek|nok|dkk|cad|aud|brl|rub|pln|kr\.?|rs\.?|zł)`
const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?'
const clock = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[ap]\.?m\.?)?`

const whole = (...patterns: readonly string[]): RegExp => new RegExp(`^(?:${patterns.join('|')})$`, 'iu')

const plain = 'write them as plain numbers'
const disguises: readonly Disguise[] = [
  { pattern: whole(`${sign}0x[0-9a-f]+`), look: 'hexadecimal numbers', remedy: plain },
  { pattern: whole(`${sign}0(?:b[01]+|o[0-7]+)`), look: 'binary or octal numbers', remedy: plain },
  { pattern: whole(`${number}\\s?[%‰]`), look: 'percentages', remedy: `${plain}, without the sign` },
  {
    pattern: whole(
      String.raw`${sign}[1-9]\d{0,2}(?:[,.'’_ \u00a0\u202f]\d{3})+(?:[.,]\d*)?`,
      String.raw`${sign}[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d*)?`,
    ),
    look: 'numbers with separators between the thousands, or with a decimal comma',
    remedy: `${plain}, with a decimal point and no separators`,
  },
  {
    pattern: whole(String.raw`${sign}\d*,\d+(?:e[+-]?\d+)?`),
    look: 'numbers with a decimal comma',
    remedy: `${plain}, with a decimal point`,
  },
  {
    pattern: whole(String.raw`${sign}[\d.,]+(?:[;|\t]${sign}[\d.,]+)+`),
    look: 'several numbers each',
    remedy: 'give the delimiter that stands between them',
  },
  {
    pattern: whole(`${dash}\\s?${digits}`, String.raw`${sign}\d[\d.,]*e${dash}\d+`),
    look: 'numbers with a dash or another sign for the minus',
    remedy: `${plain}, with the minus "-" of the keyboard`,
  },
  { pattern: whole(`[+-]\\s+${digits}`), look: 'numbers with a space after the sign', remedy: plain },
  {
    pattern: whole(
      String.raw`(?:${sign}|${dash})\s?${currency}\s?${number}`,
      String.raw`(?:${dash})?${number}\s?${currency}`,
      String.raw`\(\p{Sc}?\s?${digits}\s?\p{Sc}?\)`,
    ),
    look: 'amounts of money, or numbers in brackets',
    remedy: `${plain}, without currency and with a minus instead of brackets`,
  },
  {
    pattern: whole(`${digits}\\s?(?:-|${dash})`),
    look: 'numbers with the minus at the end',
    remedy: `${plain}, with the minus in front`,
  },
  {
    pattern: whole(String.raw`${sign}(?:\d+\.\d*|\.\d+)[dq][+-]?\d+`, String.raw`${sign}\d+[dq][+-]\d+`),
    look: 'numbers with the exponent of Fortran',
    remedy: `${plain}, with E for D`,
  },
  {
    pattern: whole(String.raw`${number}\s?[x×·*]\s?10\s?\^?\s?(?:[+-]|${dash})?[\d⁺⁻⁰¹²³⁴-⁹]+`),
    look: 'numbers with a power of ten',
    remedy: `${plain}, as 1.5e-3`,
  },
  {
    pattern: whole(
      String.raw`${sign}(?:\d+\s)?\d+\s?[/⁄∕]\s?\d+`,
      String.raw`${sign}\d*\s?[\u00bc-\u00be\u2150-\u215e]`,
    ),
    look: 'fractions or dates',
    remedy: `${plain}, with a decimal point`,
  },
  {
    pattern: whole(`[<>≤≥~≈±]=?\\s?${number}`),
    look: 'limits and rough numbers',
    remedy: `${plain}, or take the sign into a column of its own`,
  },
  {
    pattern: whole(
      String.raw`\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2}(?:[t ]${clock}\s?(?:z|utc|[+-]\d{2}:?\d{2})?)?)?`,
      String.raw`\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?:,?\s${clock})?`,
      String.raw`\d{1,2}[-\s.]{1,2}${month}[-\s,]{1,2}\d{2,4}(?:,?\s${clock})?`,
      String.raw`${month}\s\d{1,2},?\s\d{4}(?:,?\s${clock})?`,
      clock,
    ),
    look: 'dates or times',
    remedy: 'write them as numbers, such as days or seconds since a fixed moment',
  },
  {
    pattern: whole(
      String.raw`(?:${dash})?${number}\s+[\p{L}°µμ"'][\p{L}\p{M}\d°µμ/^²³·*.-]*`,
      `(?:${dash})?${number}\\s?${closeUnit}`,
    ),
    look: 'numbers with a unit',
    remedy: `${plain}, with the unit in the name of the column`,
  },
  {
    // A digit of another script stands somewhere in it; the plain ones may stand beside it.
    pattern: /^(?=.*(?![0-9])\p{Nd})[+\-\u2212\uff0b\uff0d]?[\p{Nd}.,\u066b\u066c\uff0c\uff0e ]+[%\u066a]?$/u,
    look: 'numbers in digits of another script',
    remedy: `${plain}, with the digits 0 to 9`,
  },
  { pattern: whole(`'${number}`), look: 'numbers kept as text by a spreadsheet', remedy: plain },
]

/** The form in which text is a number to people though not to us; undefined for any other text ("1.000" is 1). */
export function disguisedNumber(text: string): Omit<Disguise, 'pattern'> | undefined {
  if (isNumber(text) || text.length > 60) return undefined
  return disguises.find(({ pattern }) => pattern.test(text))
}

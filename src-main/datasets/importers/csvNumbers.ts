/*
 * What a cell of a table says, as text: a number, no finite number, or a number in a form that is not read as one.
 */

const NUMBER = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+))?$/i
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i

export const isNumber = (text: string): boolean => NUMBER.test(text)

export const saysNotFinite = (text: string): boolean => NOT_FINITE.test(text)

/**
 * A key that two numbers share when they are the same however they are written: "1", "+1.0" and "10e-1". Made from the
 * digits, because long codes that differ may have one float64. Text that is no number is its own key.
 */
export function numberKey(text: string): string {
  const [, sign, mantissa = '', exponent = '0'] = NUMBER.exec(text) ?? []
  if (sign === undefined) return text
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = (whole + fraction).replace(/^0+/, '')
  const short = digits.replace(/0+$/, '')
  if (short === '') return '0'
  const scale = BigInt(exponent) + BigInt(digits.length - short.length - fraction.length)
  return `${sign === '-' ? '-' : ''}${short}e${scale}`
}

/**
 * An integer that float32 would turn into its neighbour, as it does with many above 2^24: the code of one thing would
 * become that of another. With a decimal point or an exponent it is taken for a measure, which may be rounded.
 */
export function losesInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Math.fround(Number(text)) !== Number(text)
}

interface Disguise {
  readonly pattern: RegExp
  /** Ends "they look like ...". */
  readonly look: string
  readonly remedy: string
}

const plain = 'write them as plain numbers'
const disguises: readonly Disguise[] = [
  { pattern: /^[+-]?0x[0-9a-f]+$/i, look: 'hexadecimal numbers', remedy: plain },
  { pattern: /^[+-]?\d[\d.,]*\s?%$/, look: 'percentages', remedy: `${plain}, without the sign` },
  {
    pattern: /^[+-]?[1-9]\d{0,2}([,.'’_ \u00a0\u202f]\d{3})+([.,]\d*)?$/,
    look: 'numbers with separators between the thousands, or with a decimal comma',
    remedy: `${plain}, with a decimal point and no separators`,
  },
  {
    pattern: /^[+-]?\d*,\d+(e[+-]?\d+)?$/i,
    look: 'numbers with a decimal comma',
    remedy: `${plain}, with a decimal point`,
  },
  {
    pattern: /^[+-]?[\d.,]+([;|\t][+-]?[\d.,]+)+$/,
    look: 'several numbers each',
    remedy: 'give the delimiter that stands between them',
  },
]

/** The form in which text is a number to people though not to us; undefined for any other text ("1.000" is 1). */
export function disguisedNumber(text: string): Omit<Disguise, 'pattern'> | undefined {
  return isNumber(text) ? undefined : disguises.find(({ pattern }) => pattern.test(text))
}

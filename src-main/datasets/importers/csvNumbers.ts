/*
 * What a cell of a table says, as text: a number, or no finite number.
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

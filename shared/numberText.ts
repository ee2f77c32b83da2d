/* Numbers as people read them, for short words that every door shows. A thin no-break space stands before a unit. */

/** U+202F, narrow and never broken. */
export const thin = '\u202f'

/** A learning rate, or any number of its kind, to four digits: "0.05", "1e-4", "2.5e-6". */
export function rateText(value: number): string {
  if (value === 0) return '0'
  const rounded = Number(value.toPrecision(4))
  const size = Math.abs(rounded)
  return size < 1e-3 || size >= 1e5 ? shortExponent(rounded.toExponential()) : String(rounded)
}

/** The same with as many digits as the number has: two numbers never look the same. */
export function exactText(value: number): string {
  const short = rateText(value)
  return Number(short) === value ? short : shortExponent(String(value))
}

/** "1e23" of "1e+23": the plus says nothing. */
export const shortExponent = (text: string): string => text.replace('e+', 'e')

/** Whole numbers with thin spaces between thousands: "12 000". */
export const countText = (value: number): string => groupedText(String(Math.round(value)))

/** Digits before the point in groups of three: "12 000.5" of "12000.5". */
export function groupedText(digits: string): string {
  const [whole = '', part] = digits.split('.')
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, thin)
  return part === undefined ? parted : `${parted}.${part}`
}

/** "86.1 %" of 0.861. @param digits after the point */
export const percentText = (part: number, digits = 1): string => `${(100 * part).toFixed(digits)}${thin}%`

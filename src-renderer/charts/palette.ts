/*
 * Colours of lines, told apart in light and in dark and by the colour-blind (in the manner of Okabe and Ito), each with at
 * least 3:1 against the page; dashes are the second channel, so that eight colours make forty lines.
 */

const colors = [
  'light-dark(#0b5cad, #6cb2ff)',
  'light-dark(#c2410c, #ff9a62)',
  'light-dark(#00795f, #4fd1b0)',
  'light-dark(#8a3ea8, #d79bf0)',
  'light-dark(#8a6a00, #e6c04a)',
  'light-dark(#b0246b, #ff8fc0)',
  'light-dark(#2f6f8f, #9fd8f0)',
  'light-dark(#4a4a4a, #d0d0d0)',
] as const

const dashes = [undefined, '6 3', '2 3', '9 3 2 3', '12 4'] as const

/** The colour of the series at a place, counted from 0. */
export const seriesColor = (place: number): string => colors[place % colors.length] ?? colors[0]

/** A dash that changes with every place, so that neighbours differ in both channels; undefined: solid. */
export const seriesDash = (place: number): string | undefined => dashes[place % dashes.length]

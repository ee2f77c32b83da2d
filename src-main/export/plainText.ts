/**
 * Characters that steer a terminal or turn the direction of reading, so that text looks other than it is: C0 and C1 controls
 * but tab and line ends, the marks, embeddings, overrides and isolates of bidirectional text, and the separators that some
 * programs take for line ends.
 */
const controls = /(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** The text with the replacement character in the place of each of these. */
export const withoutControls = (text: string): string => text.replace(controls, '\ufffd')

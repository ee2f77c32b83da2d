/** `text` broken between words so that no line is longer than `width`, but for words that are; without a line end. */
export function wrap(text: string, width: number, indent = ''): string {
  // A percent sign stays with its number.
  const [first = '', ...words] = text.trimStart().split(/ (?!%)/)
  const lines: string[] = []
  let line = text.slice(0, text.length - text.trimStart().length) + first
  for (const word of words) {
    if ([...line].length + 1 + [...word].length <= width) {
      line = `${line} ${word}`
    } else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line].join('\n')
}

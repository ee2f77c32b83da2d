/** The examples at the end of a command's help. */
export function examples(lines: readonly (readonly [command: string, does: string])[]): string {
  const shown = lines.map(([command, does]) => `  $ ${command}\n      ${does}`)
  return `\nExamples:\n${shown.join('\n')}\n`
}

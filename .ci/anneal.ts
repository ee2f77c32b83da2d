/* The command line from a checkout, which builds the window first where a command shows it. */

const [command, ...options] = process.argv.slice(2)
const isHelp = options.some((option) => option === '--help' || option === '-h')
if (command === 'serve' && !isHelp) {
  const { build } = await import('./build.ts')
  // Its complaint stands above; an earlier build is better than none.
  build()
}
await import('../src-main/cli/main.ts')

/* The command line from a checkout, which builds the window first where a command shows it. */

if (process.argv[2] === 'serve') {
  const { build } = await import('./build.ts')
  // Its complaint stands above; an earlier build is better than none.
  build()
}
await import('../src-main/cli/main.ts')

import { keepCompiled } from '../process/compileCache.ts'

// Before the rest is loaded, of which it saves the half of the time.
keepCompiled()
const { invoke } = await import('./invoke.ts')
const { processTerminal } = await import('./terminal.ts')

// npm runs a script in the checkout; a path the user types is meant from where they stand.
const { INIT_CWD, npm_lifecycle_event } = process.env
if (INIT_CWD !== undefined && (npm_lifecycle_event === 'anneal' || npm_lifecycle_event === 'demo')) {
  process.chdir(INIT_CWD)
}

process.exitCode = await invoke(process.argv.slice(2), processTerminal())

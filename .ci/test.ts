import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/*
 * `npm test`, after the checks. Tests of pure code share one process; each other file has its own, several at a time, since
 * those of the browser and of processes wait more than they compute. Two kinds come last, beside each other: those of
 * test/workers, which wait most, and which make networks, so that a browser beside them would give up what it loads; and those
 * of the engine, which do nothing but compute. Files that are named run alone:
 * npm run test:only -- test/shared/study/cells.test.ts
 */

const root = path.join(import.meta.dirname, '..')
// Every process of a test loads the same code: compiled once, kept for all.
const env = { ...process.env, NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/anneal-compiled') }

const together = ['test/{shared,renderer,golden}/**/*.test.ts']
const first = [
  'test/!(shared|renderer|golden|src-main|workers)/**/*.test.ts',
  'test/src-main/!(engine)/**/*.test.ts',
]
const waiting = ['test/workers/**/*.test.ts']
const computing = ['test/src-main/engine/**/*.test.ts']

const start = (args: readonly string[], stdio: 'inherit' | 'pipe') =>
  spawn(process.execPath, ['--test', ...args], { cwd: root, env, stdio: ['inherit', stdio, 'inherit'] })

async function run(...args: readonly string[]): Promise<void> {
  const [code] = await once(start(args, 'inherit'), 'close')
  if (code !== 0) process.exitCode = 1
}

/** The same, for one that is not the only one to speak: what it says comes at once, when the returned function is called. */
function runBeside(...args: readonly string[]): () => Promise<void> {
  const child = start(args, 'pipe')
  const said: Buffer[] = []
  child.stdout?.on('data', (bytes: Buffer) => said.push(bytes))
  const closed = once(child, 'close')
  return async () => {
    const [code] = await closed
    process.stdout.write(Buffer.concat(said))
    if (code !== 0) process.exitCode = 1
  }
}

const named = process.argv.slice(2)
if (named.length > 0) await run(...named)
else {
  // One core's work, while the first of the others wait.
  const tell = runBeside('--test-isolation=none', ...together)
  await run('--test-concurrency=4', ...first)
  await tell()
  const tellOfWaiting = runBeside('--test-concurrency=4', ...waiting)
  await run('--test-concurrency=2', ...computing)
  await tellOfWaiting()
}

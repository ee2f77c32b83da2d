import { spawnSync } from 'node:child_process'
import path from 'node:path'

/*
 * `npm test`, after the checks. Tests of pure code share one process; each other file has its own, three at a time, since
 * those of the browser and of processes wait more than they compute. Files that are named run alone:
 * npm run test:only -- test/shared/study/cells.test.ts
 */

const root = path.join(import.meta.dirname, '..')
// Every process of a test loads the same code: compiled once, kept for all.
const env = { ...process.env, NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/anneal-compiled') }

const together = ['test/{shared,renderer,golden}/**/*.test.ts']
const apart = ['test/!(shared|renderer|golden)/**/*.test.ts']

function run(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, ['--test', ...args], { cwd: root, env, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

const named = process.argv.slice(2)
if (named.length > 0) run(...named)
else {
  run('--test-isolation=none', ...together)
  run('--test-concurrency=3', ...apart)
}

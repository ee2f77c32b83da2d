// Installs the locked dependencies if they are not there yet. Runs before every script on whatever Node the host has
// (20 or later): the pinned Node that runs everything else is one of the things it installs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.installed-lock')
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  const npm = process.env.npm_execpath
  if (npm === undefined) {
    console.error('While setting up Anneal: run this through npm, for example "npm run demo".')
    process.exit(2)
  }
  console.error('Installing the locked dependencies (once)...')
  // npm's own Node, not ours: a reinstall replaces ours. Ours is a development dependency, wanted in production too.
  const node = process.env.npm_node_execpath ?? process.execPath
  const { status } = spawnSync(node, [npm, 'ci', '--include=dev', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) {
    console.error(
      'While setting up Anneal: "npm ci" failed (see above). Check that npm can reach its registry, then run the same command again.',
    )
    process.exit(1)
  }
  writeFileSync(stamp, lock)
}

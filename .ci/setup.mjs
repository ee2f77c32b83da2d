// Installs the locked dependencies if they are not there yet. Runs before every script on whatever Node the host has
// (20 or later): the pinned Node that runs everything else is one of the things it installs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What the package of TensorFlow 2.9 is told as it installs: where to fetch from, or from nowhere, and npm leaves it out then. The
 * archive is hundreds of megabytes and serves an NVIDIA GPU alone; its script waits for ever for a host that does not answer.
 */
async function whereTensorflowIs() {
  const named = ['TFJS_NODE_CDN_STORAGE', 'npm_config_TFJS_NODE_CDN_STORAGE', 'CDN_STORAGE']
  if (named.some((name) => process.env[name])) return {}
  const nowhere = { TFJS_NODE_CDN_STORAGE: 'http://localhost:9/' }
  const { SystemRoot } = process.env
  const driver = SystemRoot === undefined ? [] : [join(SystemRoot, 'System32', 'nvcuda.dll')]
  if (!['/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg', ...driver].some(existsSync)) return nowhere
  // Node's own fetch knows no proxy, and the script does.
  if (process.env.HTTPS_PROXY || process.env.https_proxy) return {}
  try {
    await fetch('https://storage.googleapis.com/', { method: 'HEAD', signal: AbortSignal.timeout(10_000) })
    return {}
  } catch {
    console.error(
      'TensorFlow 2.9 for CUDA 11.2 is left out: storage.googleapis.com cannot be reached. For TensorFlow of today see docs/tensorflow.md.',
    )
    return nowhere
  }
}

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
    env: { ...process.env, ...(await whereTensorflowIs()) },
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

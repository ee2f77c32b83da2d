// Installs the build that this file lies in, for the worker whose folder is the argument. Runs on Node 20 or later, since
// the pinned Node is one of the things it installs; the other things are the packages, as locked.
import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [folder = ''] = process.argv.slice(2)
const app = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
/** 64 hexadecimal digits; while it is being installed, its folder has more to its name. */
const build = path.basename(app).slice(0, 64)
const installed = path.join(folder, 'app', build)
/** Where Node and npm lie with which this machine joined: a service may be started with another PATH. */
const tools = process.env.ANNEAL_TOOLS || path.dirname(process.execPath)
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}${path.delimiter}${tools}` }
// What an npm that has started this says of its own command; what the user has set of registry, proxy and patience stays.
const ofItsCommand =
  /^npm_(?!config_)|^npm_config_((local_|global_)?prefix|global|dry_run|omit|include|workspaces?|ignore_scripts)$/i
for (const name of Object.keys(env)) if (ofItsCommand.test(name)) delete env[name]

function npm(...args) {
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    [...args, '--loglevel=error', '--no-audit', '--no-fund'],
    {
      cwd: app,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      // A download that hangs must not hang the worker.
      timeout: 20 * 60_000,
    },
  )
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`
  return { isDone: status === 0, output }
}

/** undefined: only npm's own words say it. */
function knownFailure(output) {
  if (/ENOSPC|no space left/i.test(output)) return `The disk of ${folder} is full: free 1 GB, then try again.`
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/.test(output))
    return "npm cannot reach its registry from this machine: check the network and npm's settings for registry and proxy, then try again."
  return undefined
}

function must({ isDone, output }) {
  if (isDone) return
  const known = knownFailure(output)
  if (known !== undefined) throw new Error(known)
  console.error(output.trim())
  throw new Error(
    'The packages of the worker could not be installed; npm says why above. Mend that, then try again.',
  )
}

function install() {
  // Scripts of packages are not run, but for the one that fetches Node.
  must(npm('ci', '--ignore-scripts', '--include=optional'))
  must(npm('rebuild', 'node'))
  const node = spawnSync(path.join(app, 'node_modules', 'node', 'bin', 'node'), ['--version'], {
    encoding: 'utf8',
  })
  if (node.status !== 0)
    throw new Error(
      `The Node that trains does not run on this machine (${(node.stderr ?? node.error?.message ?? '').trim().split('\n')[0]}): its system is too old, or of a kind for which there is none.`,
    )
  // TensorFlow for CUDA is large, and wanted where there is a GPU for it. Without it the worker trains on what else it has.
  const hasNvidia =
    existsSync('/dev/nvidiactl') || spawnSync('nvidia-smi', ['-L'], { env, timeout: 10_000 }).status === 0
  if (hasNvidia && !npm('rebuild', '@tensorflow/tfjs-node-gpu').isDone)
    console.error('TensorFlow for CUDA could not be fetched: this worker does without it.')
  // Two may install the same build at once: the first one's stands.
  if (existsSync(installed)) rmSync(app, { recursive: true, force: true })
  else renameSync(app, installed)
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`

/** The launcher becomes the agent, so that signals reach it; an agent that has installed another build becomes the launcher. */
const launcher = `#!/bin/sh
# Runs this worker of Anneal until it is told to end.
folder=${quoted(folder)}
export ANNEAL_TOOLS=${quoted(tools)}
export PATH="$PATH:$ANNEAL_TOOLS"
export NODE_COMPILE_CACHE="$folder/compiled"
app="$folder/app/$(cat "$folder/current")"
# What comes of this process keeps its number. Commands beside the agent, such as "worker status", have none to keep.
case "$1" in "" | -*) echo "$$" > "$folder/worker.pid" ;; esac
exec "$app/node_modules/node/bin/node" "$app/src-main/cli/main.ts" worker --folder "$folder" "$@"
`

/** Whoever reads the file meanwhile finds the old one or the new one, whole. */
function replace(name, text, mode) {
  const file = path.join(folder, name)
  writeFileSync(`${file}.new`, text, { mode })
  renameSync(`${file}.new`, file)
}

try {
  if (app !== installed) install()
  replace('worker', launcher, 0o700)
  replace('current', `${build}\n`, 0o600)
} catch (error) {
  if (app !== installed) rmSync(app, { recursive: true, force: true })
  console.error(knownFailure(String(error.code)) ?? error.message)
  process.exitCode = 1
}

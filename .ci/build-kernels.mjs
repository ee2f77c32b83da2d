// Compiles the simd backend's kernels: without relaxed SIMD, with it, and with it for vectors of eight numbers.
// `npm run build:kernels` writes the files that are committed, and beside them kernels.json, which tells by hashes of
// which sources they are the build. Given a folder, and builds, it makes these there: a test looks at what came of it.
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, 'src-main', 'engine', 'simd')
const [into = folder, ...wanted] = process.argv.slice(2)
const builds = ['plain', 'relaxed', 'wide']

const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

const optionsOf = (build) => [
  ...['-O3', '--converge', '--runtime', 'stub', '--use', 'abort=', '--noExportMemory'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory'],
  ...(build === 'plain' ? [] : ['--enable', 'relaxed-simd']),
  ...['--use', `ANNEAL_WIDE=${build === 'wide' ? 1 : 0}`],
]

/** Of the compiler, its options and all source files: with the same hash the same files come out. */
function sourceHash() {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json')
  const assembly = join(folder, 'assembly')
  const files = globSync('**/*.ts', { cwd: assembly }).sort()
  const texts = files.flatMap((file) => [file, '\0', readFileSync(join(assembly, file)), '\0'])
  return sha256(version, JSON.stringify(builds.map(optionsOf)), ...texts)
}

mkdirSync(into, { recursive: true })
const made = {}
for (const build of wanted.length > 0 ? wanted : builds) {
  const file = join(into, `kernels-${build}.wasm`)
  const { error, stderr } = await asc.main([
    join(folder, 'assembly', 'index.ts'),
    ...['--outFile', file],
    ...optionsOf(build),
  ])
  if (error !== null) {
    console.error(stderr.toString())
    process.exit(1)
  }
  made[build] = sha256(readFileSync(file))
}
writeFileSync(
  join(into, 'kernels.json'),
  `${JSON.stringify({ sources: sourceHash(), builds: made }, null, 2)}\n`,
)

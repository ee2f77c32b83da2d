// Compiles the simd backend's kernels: without relaxed SIMD, with it, and with it for vectors of eight numbers. `npm run build:kernels` writes the files
// that are committed; the test that they are the build of their source calls it with a folder of its own.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, 'src-main', 'engine', 'simd')
const into = process.argv[2] ?? folder

mkdirSync(into, { recursive: true })
for (const build of ['plain', 'relaxed', 'wide']) {
  const { error, stderr } = await asc.main([
    join(folder, 'assembly', 'index.ts'),
    '--outFile',
    join(into, `kernels-${build}.wasm`),
    ...['-O3', '--converge', '--runtime', 'stub', '--use', 'abort=', '--noExportMemory'],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory'],
    ...(build === 'plain' ? [] : ['--enable', 'relaxed-simd']),
    ...['--use', `ANNEAL_WIDE=${build === 'wide' ? 1 : 0}`],
  ])
  if (error !== null) {
    console.error(stderr.toString())
    process.exit(1)
  }
}

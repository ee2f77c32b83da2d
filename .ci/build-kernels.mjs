// Compiles the simd backend's kernels, twice: with relaxed SIMD and without. `npm run build:kernels` writes the files
// that are committed; the test that they are the build of their source calls it with a folder of its own.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, 'src-main', 'engine', 'simd')
const into = process.argv[2] ?? folder

mkdirSync(into, { recursive: true })
for (const relaxed of [true, false]) {
  const { error, stderr } = await asc.main([
    join(folder, 'assembly', 'index.ts'),
    '--outFile',
    join(into, relaxed ? 'kernels-relaxed.wasm' : 'kernels-plain.wasm'),
    ...['-O3', '--converge', '--runtime', 'stub', '--use', 'abort=', '--noExportMemory'],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory'],
    ...(relaxed ? ['--enable', 'relaxed-simd'] : []),
  ])
  if (error !== null) {
    console.error(stderr.toString())
    process.exit(1)
  }
}

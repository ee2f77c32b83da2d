import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const committed = join(root, 'src-main/engine/simd')

const manifest = z.object({ sources: z.string(), builds: z.record(z.string(), z.string()) })
const manifestIn = (folder: string) =>
  manifest.parse(JSON.parse(readFileSync(join(folder, 'kernels.json'), 'utf8')))

test('the committed kernels are the build of their source (else: npm run build:kernels)', (t) => {
  const told = manifestIn(committed)
  assert.deepEqual(Object.keys(told.builds), ['plain', 'relaxed', 'wide'])
  for (const [build, hash] of Object.entries(told.builds)) {
    const bytes = readFileSync(join(committed, `kernels-${build}.wasm`))
    assert.equal(createHash('sha256').update(bytes).digest('hex'), hash, `kernels-${build}.wasm`)
  }
  // One of the three is built again: all are made by one run of the same script.
  const folder = mkdtempSync(join(tmpdir(), 'anneal-kernels-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const script = join(root, '.ci/build-kernels.mjs')
  const built = spawnSync(process.execPath, [script, folder, 'relaxed'], { encoding: 'utf8' })
  assert.equal(built.status, 0, built.stderr)
  const own = manifestIn(folder)
  assert.equal(own.sources, told.sources, 'the sources were changed after the build')
  assert.equal(own.builds.relaxed, told.builds.relaxed)
})

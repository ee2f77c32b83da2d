import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

test('the committed kernels are the build of their source (else: npm run build:kernels)', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-kernels-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const built = spawnSync(process.execPath, [join(root, '.ci/build-kernels.mjs'), folder], {
    encoding: 'utf8',
  })
  assert.equal(built.status, 0, built.stderr)
  for (const file of ['kernels-wide.wasm', 'kernels-relaxed.wasm', 'kernels-plain.wasm']) {
    const [own, committed] = [folder, join(root, 'src-main/engine/simd')].map((at) =>
      readFileSync(join(at, file)),
    )
    assert.ok(own?.equals(committed ?? Buffer.alloc(0)), `${file} differs from the build of its source`)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNoGpu } from '../../../src-main/devices/gpuNodes.ts'

test('only Linux without any file of a GPU is told without a look', () => {
  assert.match(whyNoGpu('linux', () => false) ?? '', /no GPU/)
  for (const node of ['/dev/dri', '/dev/nvidiactl', '/dev/dxg']) {
    assert.equal(
      whyNoGpu('linux', (path) => path === node),
      undefined,
    )
  }
  for (const platform of ['darwin', 'win32'])
    assert.equal(
      whyNoGpu(platform, () => false),
      undefined,
    )
})

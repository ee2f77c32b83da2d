import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { whyCudaIsAbsent } from '../../../src-main/devices/cudaPackage.ts'
import { tempFolder } from '../datasets/fixtures.ts'

/** A program whose packages lie where npm puts them. */
async function program(t: TestContext) {
  const root = await tempFolder(t)
  const folder = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
  return { base: path.join(root, 'src-main', path.sep), folder }
}

test('not installed: what to install, or that there is nothing for this machine', async (t) => {
  const { base } = await program(t)
  for (const platform of ['linux', 'win32']) {
    assert.match(
      whyCudaIsAbsent(base, platform, 'x64') ?? '',
      /^its package is not installed: .* CUDA 11\.2 and cuDNN 8\.1, install it with "npm install --no-save /,
    )
  }
  for (const [platform, arch] of [
    ['darwin', 'arm64'],
    ['darwin', 'x64'],
    ['linux', 'arm64'],
  ] as const) {
    const words = new RegExp(`Linux and Windows on x64 only, and this is ${platform} on ${arch}$`)
    assert.match(whyCudaIsAbsent(base, platform, arch) ?? '', words)
  }
})

test('installed without its addon, and with it', async (t) => {
  const { base, folder } = await program(t)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), '{"name": "@tensorflow/tfjs-node-gpu"}')
  const words = /is there without its addon, .*: run "npm rebuild @tensorflow\/tfjs-node-gpu"/
  assert.match(whyCudaIsAbsent(base) ?? '', words)
  // What an installation leaves whose download broke off.
  await mkdir(path.join(folder, 'lib', 'napi-v8'), { recursive: true })
  assert.match(whyCudaIsAbsent(base) ?? '', words)
  await writeFile(path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '')
  assert.equal(whyCudaIsAbsent(base), undefined)
})

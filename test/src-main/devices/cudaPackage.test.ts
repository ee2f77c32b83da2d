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
  for (const arch of ['x64', 'arm64']) {
    assert.match(
      whyCudaIsAbsent(base, 'linux', arch) ?? '',
      /^there is no TensorFlow: .* install "tensorflow\[and-cuda\]" into it with pip, and name it in Settings/,
    )
  }
  for (const [platform, arch] of [
    ['darwin', 'arm64'],
    ['darwin', 'x64'],
    ['win32', 'x64'],
  ] as const) {
    const words = new RegExp(`Linux only .*, and this is ${platform} on ${arch}$`)
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

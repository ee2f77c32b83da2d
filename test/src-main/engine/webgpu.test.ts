import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { softwareVulkan } from '../../browser/chromium.ts'

/*
 * WebGPU without a GPU: the checks run in processes that find SwiftShader, because a Vulkan driver is looked for when a
 * process starts.
 */

for (const name of ['kernels', 'fused', 'training']) {
  test(`webgpu on SwiftShader: ${name}`, { skip: process.platform !== 'linux' }, async () => {
    const checks = fileURLToPath(new URL(`webgpu/${name}.ts`, import.meta.url))
    const child = spawn(process.execPath, [checks], {
      env: { ...process.env, ...(await softwareVulkan()) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const [code] = await once(child, 'close')
    assert.equal(code, 0, said)
  })
}

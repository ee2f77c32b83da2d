import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { softwareVulkan } from '../../browser/chromium.ts'

/*
 * WebGPU without a GPU: the checks run in processes that find SwiftShader, because a Vulkan driver is looked for when a
 * process starts. It compiles each kind of kernel for some 20 ms, on one core.
 */

describe('webgpu on SwiftShader', { concurrency: 2, skip: process.platform !== 'linux' }, () => {
  for (const name of ['suites', 'kernels', 'training', 'lab', 'steps', 'fused', 'operations', 'records']) {
    test(name, async () => {
      const { NODE_TEST_CONTEXT: _, ...env } = process.env
      const checks = fileURLToPath(new URL(`webgpu/${name}.ts`, import.meta.url))
      const child = spawn(process.execPath, [checks], {
        env: { ...env, ...(await softwareVulkan()), ANNEAL_TEST_DEVICE: 'webgpu' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text
        })
      }
      const [code] = await once(child, 'close')
      assert.equal(code, 0, said)
    })
  }
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import { softwareVulkan } from '../../browser/chromium.ts'

test('a GPU that the processor plays is never measured', { skip: process.platform !== 'linux' }, async () => {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'softwareGpu.ts')], {
    env: { ...process.env, ...(await softwareVulkan()) },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 0, said)
})

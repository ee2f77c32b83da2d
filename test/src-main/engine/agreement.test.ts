import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { softwareVulkan } from '../../browser/chromium.ts'
import { type Learned, learned, storeImages, subjectsOn } from './agreement/subjects.ts'
import { relativeError } from './simd/support.ts'

/*
 * The same spec and seed on every device: real runs of a small CNN for 50 steps and of ResNet-8, which has every kind of
 * layer that ResNet-20 has, for 3, on real images. Losses agree with those of plain tfjs step by step, and so do the
 * gradients of the first step.
 */

/** Of the norm of each gradient: tfjs's wasm backend is off by 3e-5 in the worst. */
const gradientTolerance = 1e-4

const script = fileURLToPath(new URL('agreement/onDevice.ts', import.meta.url))
/** Runs are stopped after so many steps. */
const steps = 50
type Device = 'cpu' | 'simd' | 'wasm' | 'webgpu'

let home = ''
/** Every device at once: the reference takes as long as all others. */
const runs: Partial<Record<Device, Promise<Learned[]>>> = {}

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'anneal-agreement-'))
  const folder = await storeImages(home)
  const vulkan = process.platform === 'linux' ? await softwareVulkan() : undefined
  for (const device of ['cpu', 'simd', 'wasm'] as const) runs[device] = learnOn(device, folder)
  if (vulkan !== undefined) runs.webgpu = learnOn('webgpu', folder, vulkan)
  // The test that waits for it hears of a failure; until then it is nobody's.
  for (const run of Object.values(runs)) run.catch(() => undefined)
})
after(() => rm(home, { recursive: true, force: true }))

async function learnOn(device: Device, folder: string, environment = {}): Promise<Learned[]> {
  const child = fork(script, [device, folder, String(steps)], {
    serialization: 'advanced',
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const found: Learned[] = []
  child.on('message', (message) => found.push(learned.parse(message)))
  const [code] = await once(child, 'close')
  assert.equal(code, 0, said)
  return found
}

async function assertAgrees(device: Device, words: RegExp): Promise<void> {
  const [actual = [], expected = []] = await Promise.all([runs[device], runs.cpu])
  for (const [at, [name, { plan, lossTolerance }]] of Object.entries(subjectsOn(device)).entries()) {
    const [own, other] = [actual[at], expected[at]]
    assert.ok(own !== undefined && other !== undefined, `${name} ran on both`)
    assert.match(own.device, words)
    assertGradients(own, other)
    assert.equal(own.losses.length, Math.min(steps, plan.totalSteps))
    for (const [step, loss] of own.losses.entries()) {
      const apart = Math.abs(loss / (other.losses[step] ?? Number.NaN) - 1)
      assert.ok(apart < lossTolerance, `${name}, step ${step}: ${loss} instead of ${other.losses[step]}`)
    }
  }
}

function assertGradients(own: Learned, other: Learned): void {
  assert.equal(own.gradients.length, other.gradients.length)
  for (const [i, { name, values }] of other.gradients.entries()) {
    const error = relativeError(own.gradients[i]?.values ?? [], values)
    assert.ok(error < gradientTolerance, `${own.name}: the gradient of ${name} is off by ${error}`)
  }
}

test('simd learns what plain tfjs learns', () => assertAgrees('simd', /WebAssembly SIMD/))

test('wasm learns what plain tfjs learns', () => assertAgrees('wasm', /WebAssembly/))

test('webgpu on SwiftShader learns what plain tfjs learns', { skip: process.platform !== 'linux' }, () =>
  assertAgrees('webgpu', /software WebGPU/),
)

test('and that is something: the loss of the small CNN falls', async () => {
  const [cnn] = (await runs.cpu) ?? []
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const { losses = [] } = cnn ?? {}
  assert.ok(mean(losses.slice(-10)) < 0.75 * mean(losses.slice(0, 10)), losses.join(' '))
})

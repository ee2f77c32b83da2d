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
 * The same spec and seed on every device: real runs of a small CNN for 50 steps and of ResNet-20 for 3, on real images.
 * Losses agree with those of plain tfjs step by step, and so do the gradients of the first step.
 */

const script = fileURLToPath(new URL('agreement/onDevice.ts', import.meta.url))
const names = Object.keys(subjectsOn('cpu'))
let home = ''
let reference: Promise<Learned[]>
let folder = ''

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'anneal-agreement-'))
  folder = await storeImages(home)
  reference = learnOn('cpu')
  // Those that wait for it learn of its failure; meanwhile it is nobody's.
  reference.catch(() => undefined)
})
after(() => rm(home, { recursive: true, force: true }))

async function learnOn(device: string, environment: Record<string, string> = {}): Promise<Learned[]> {
  const child = fork(script, [device, folder], {
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
  assert.deepEqual(
    found.map(({ name }) => name),
    names,
  )
  return found
}

/** Rounding differs, and each step builds on the last: what the losses may differ by, relatively, grows with the steps. */
const lossTolerance = (step: number): number => 1e-5 * (step + 1)
const gradientTolerance = 1e-4

function assertAgree(actual: readonly Learned[], expected: readonly Learned[]): void {
  for (const [at, { name, losses, gradients }] of expected.entries()) {
    const own = actual[at]
    assert.equal(own?.losses.length, losses.length)
    if (process.env.SHOW)
      console.log(
        own.device,
        name,
        Math.max(...gradients.map((g, i) => relativeError(own.gradients[i]?.values ?? [], g.values))),
        losses.map((l, i) => Math.abs((own.losses[i] ?? 0) / l - 1).toExponential(1)).join(' '),
      )
    for (const [i, gradient] of gradients.entries()) {
      const error = relativeError(own.gradients[i]?.values ?? [], gradient.values)
      assert.ok(error < gradientTolerance, `${name}: the gradient of ${gradient.name} is off by ${error}`)
    }
    for (const [step, loss] of losses.entries()) {
      const apart = Math.abs((own.losses[step] ?? Number.NaN) / loss - 1)
      assert.ok(apart < lossTolerance(step), `${name}, step ${step}: ${own.losses[step]} instead of ${loss}`)
    }
  }
}

test('simd learns what plain tfjs learns', async () => {
  const actual = await learnOn('simd')
  assert.match(actual[0]?.device ?? '', /WebAssembly SIMD/)
  assertAgree(actual, await reference)
})

test('wasm learns what plain tfjs learns', async () => {
  assertAgree(await learnOn('wasm'), await reference)
})

test('webgpu on SwiftShader learns what plain tfjs learns', {
  skip: process.platform !== 'linux',
}, async () => {
  const actual = await learnOn('webgpu', await softwareVulkan())
  assert.match(actual[0]?.device ?? '', /software WebGPU/)
  assertAgree(actual, await reference)
})

test('the reference learns', async () => {
  const [cnn] = await reference
  const { losses = [] } = cnn ?? {}
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  assert.ok(mean(losses.slice(-10)) < 0.75 * mean(losses.slice(0, 10)), losses.join(' '))
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { selectEngine } from '../../../../src-main/engine/select.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { normals, numbersOf } from '../../trainer/models/support.ts'
import { startRequest, tinyDatasetIn, tinySpec, train } from '../../trainer/support.ts'

/*
 * What tfjs would do by itself and must not: wait for numbers within a step, add floats in whatever order threads come,
 * and take its naive programs.
 */

const { stepsAhead } = await selectEngine('webgpu')
const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')

const programs = new Set<string>()
const { runWebGPUProgram } = WebGPUBackend.prototype
WebGPUBackend.prototype.runWebGPUProgram = function (program, ...rest) {
  const output = runWebGPUProgram.call(this, program, ...rest)
  programs.add(program.shaderKey)
  return output
}

// An inner sum this long, with few results, is where tfjs would split the sum and add the parts atomically; one with a
// result of 128 numbers or less where it would take another program.
for (const [rows, columns] of [
  [20, 40],
  [4, 8],
] as const) {
  const [a, b] = [normals('a', [rows, 2500]), normals('b', [2500, columns])]
  const product = () => numbersOf(tf.matMul(a, b))
  const first = await product()
  for (let i = 0; i < 5; i++) assert.deepEqual(await product(), first)
}
const image = normals('image', [2, 5, 5, 3])
const filter = normals('filter', [3, 3, 3, 4])
const conv = (x: tf.Tensor, w: tf.Tensor) =>
  tf.conv2d(tf.reshape<tf.Rank.R4>(x, [2, 5, 5, 3]), tf.reshape<tf.Rank.R4>(w, [3, 3, 3, 4]), 2, 'same')
tf.grads(conv)([image, filter])
const depthwise = (x: tf.Tensor, w: tf.Tensor) =>
  tf.depthwiseConv2d(
    tf.reshape<tf.Rank.R4>(x, [2, 5, 5, 3]),
    tf.reshape<tf.Rank.R4>(w, [3, 3, 3, 4]),
    1,
    'same',
  )
tf.grads(depthwise)([image, filter])
const refused = /splitK|reduce|smallOutput|naive|conv2DDer|backprop_filter/i
assert.deepEqual(
  [...programs].filter((name) => refused.test(name)),
  [],
)
assert.ok([...programs].some((name) => name.startsWith('matMulPacked')))

// Nothing that is read reaches the run before as many steps have been given as may be ahead: a step that waited for its
// numbers would wait for ever, and the process would end with the run unfinished.
let release = () => {}
const released = new Promise<void>((resolve) => {
  release = resolve
})
let held = false
let reads = 0
const { mapAsync } = GPUBuffer.prototype
GPUBuffer.prototype.mapAsync = async function (mode, ...rest) {
  if (held && mode === GPUMapMode.READ) {
    await released
    reads++
  }
  return mapAsync.call(this, mode, ...rest)
}
assert.ok(stepsAhead > 1)
const folder = mkdtempSync(path.join(tmpdir(), 'anneal-webgpu-steps-'))
try {
  await tinyDatasetIn(folder)
  const schedule = { kind: 'constant', lr: 0.01 }
  const spec = tinySpec({ device: 'webgpu', schedule, budget: { steps: 8 } })
  const run = await train(startRequest(folder, spec), {
    // The state after the first step is stored.
    onStep(step) {
      held = step >= 1
      if (step <= stepsAhead) return
      if (step === 1 + stepsAhead) assert.equal(reads, 0)
      release()
    },
  })
  assert.equal(run.ended.status, 'completed', run.ended.reason)
  assert.equal(run.series('loss').length, 8)
  assert.ok(reads > 0)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { invokeHere } from '../testTerminal.ts'

let home: string
before(() => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-bench-'))
})
after(() => rmSync(home, { recursive: true }))

const bench = (...args: string[]) => invokeHere(home, ['bench', ...args])

test('one JSON document with the device, the time of a step, the throughput and the memory', async () => {
  const flags = ['--model', 'mlp', '--dataset', 'mnist-shape', '--batch', '16', '--steps', '5']
  const { code, out, err } = await bench(...flags, '--device', 'simd', '--threads', '1', '--json')
  assert.equal(code, 0, err)
  const report = JSON.parse(out)
  assert.equal(report.device, 'WebAssembly SIMD, 1 thread')
  assert.equal(report.name, 'simd')
  assert.match(report.reason, /asked for/)
  assert.equal(report.parameters, 784 * 256 + 256 + 256 * 10 + 10)
  assert.ok(report.stepMs.min > 0 && report.stepMs.min <= report.stepMs.median)
  assert.ok(
    Math.abs(report.samplesPerSecond - 16_000 / report.stepMs.median) < 1e-6 * report.samplesPerSecond,
  )
  // Twice for the first layer, three times for the second, a multiplication and an addition each.
  const operations = 16 * 2 * (2 * (784 * 256 + 256) + 3 * (256 * 10 + 10))
  assert.ok(Math.abs(report.gflops / (operations / report.stepMs.median / 1e6) - 1) < 1e-6)
  assert.ok(report.memoryMb > 20)
})

test('in words without --json', async () => {
  const { code, out, err } = await bench(
    '--model',
    'softmax',
    '--dataset',
    'mnist-shape',
    '--batch',
    '4',
    '--steps',
    '2',
  )
  assert.equal(code, 0, err)
  assert.match(out, /why this device: the fastest one here: our own kernels/)
  assert.match(
    out,
    /^softmax, mnist-shape, batch 4, on WebAssembly SIMD, \d+ threads?:\n {2}a step takes [\d.]+ ms/,
  )
})

test('a model, a data set or a device that is none is refused in one sentence', async () => {
  for (const [flags, words] of [
    [['--model', 'resnet21'], /resnet<6n\+2>.*received "resnet21"/],
    [['--model', 'densenet-bc-43-12'], /densenet-bc-<6n\+4>-<growth>.*received "densenet-bc-43-12"/],
    [['--model', 'vgg16-2'], /vgg<11, 13, 16 or 19>/],
    [['--model', 'mlp-2'], /received "mlp-2"/],
    [['--dataset', 'imagenet'], /mnist-shape/],
    [['--device', 'abacus'], /one of auto,/],
    [['--steps', '0'], /from 1/],
  ] as const) {
    const { code, out, err } = await bench(...flags)
    assert.equal(code, 2)
    assert.equal(out, '')
    assert.match(err, /^[^\n]+\n$/)
    assert.match(err, words)
  }
})

const layer = (class_name: string, config: object) => ({ class_name, config })
const own = {
  class_name: 'Sequential',
  config: {
    name: 'own',
    layers: [
      layer('Conv1D', { batch_input_shape: [null, 6, 2], filters: 3, kernel_size: [2] }),
      layer('Flatten', {}),
      layer('Dense', { units: 4, activation: 'softmax' }),
    ],
  },
}

function specFile(spec: object): string {
  const file = path.join(home, 'run.json')
  const rest = { schedule: { kind: 'constant', lr: 0.1 }, budget: { epochs: 1 } }
  writeFileSync(file, JSON.stringify({ ...rest, ...spec }))
  return file
}

test('the model, optimizer, batch and data shape of a spec, with the kernels of a step; nothing is stored', async () => {
  const file = specFile({
    dataset: { name: 'not here' },
    model: { kind: 'layers', topology: own },
    optimizer: { kind: 'adamw' },
    labelSmoothing: 0.1,
    ema: {},
    batchSize: 5,
    device: 'simd',
  })
  const { code, out, err } = await bench('--spec', file, '--steps', '2', '--threads', '1', '--json')
  assert.equal(code, 0, err)
  const report = JSON.parse(out)
  assert.deepEqual(
    [report.shape, report.classes, report.batch, report.name, report.parameters],
    [[6, 2], 4, 5, 'simd', 2 * 2 * 3 + 3 + 15 * 4 + 4],
  )
  const names: string[] = report.kernels.shares.map(({ name }: { name: string }) => name)
  assert.ok(names.includes('AnnealAdamStep'), names.join())
  assert.ok(names.includes('between the kernels'), names.join())
  assert.equal(typeof report.kernels.summary, 'string')
  assert.deepEqual(readdirSync(home), ['run.json'])
})

test('a spec without a shape, or that is none, is refused in one sentence; a shape can be given', async () => {
  const shapeless = specFile({ dataset: { name: 'not here' }, model: { kind: 'softmax' } })
  for (const [flags, words] of [
    [['--spec', shapeless], /no data set "not here".*give a shape with --dataset/],
    [['--spec', path.join(home, 'nothing.json')], /there is no such file/],
    [['--spec', shapeless, '--model', 'mlp'], /--spec says the model.*leave --model out/],
  ] as const) {
    const { code, out, err } = await bench(...flags)
    assert.equal(code, 2)
    assert.equal(out, '')
    assert.match(err, /^[^\n]+\n$/)
    assert.match(err, words)
  }
  const given = await bench(
    '--spec',
    shapeless,
    '--dataset',
    'mnist-shape',
    '--steps',
    '1',
    '--device',
    'simd',
  )
  assert.match(given.out, /^softmax, mnist-shape, batch 128, on WebAssembly SIMD.*of a step in fast kernels/s)
})

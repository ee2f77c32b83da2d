import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AverageLines, WeightLine } from '../../../shared/api/ensembles.ts'
import { heightAbove, isBump } from '../../../shared/ensemble/bump.ts'
import type { LineTold } from '../../../shared/run/line.ts'
import type { StoredTensor } from '../../../shared/run/messages.ts'
import { openDataset, splitDataset } from '../../../src-main/datasets/index.ts'
import { measureLine } from '../../../src-main/trainer/line.ts'
import { invokeHere } from '../cli/testTerminal.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'
import { handData, mixed, normedLoss, numbers } from './byHand.ts'

/* The line between two snapshots of a small network, against an independent forward pass in plain float64. */

let lab: CoreLab
let runId: string

before(async () => {
  lab = await openLab(2000)
  const spec = cloudsSpec(3, {
    model: { kind: 'mlp', hidden: [12] },
    dataset: { name: 'clouds', validation: 0.3 },
    schedule: { kind: 'constant', lr: 0.1 },
    snapshots: { at: 'steps', steps: [280, 300] },
  })
  runId = (await (await lab.core.runs.launch(spec)).finished).run.id
})
after(() => lab.close())

const snapshots = () => lab.core.store.read.snapshots(runId)
const tensorsOf = (id: number): readonly StoredTensor[] =>
  lab.core.store.read.snapshotModel(id).tensors.filter(({ role }) => role === 'weight')

async function lineBetween(from: number, to: number): Promise<{ line: WeightLine; steps: number }> {
  let line: WeightLine | undefined
  let steps = 0
  for await (const now of lab.core.ensembles.line(from, to)) {
    line = now
    steps += 1
  }
  assert.ok(line)
  return { line, steps }
}

/** Mean cross-entropy and accuracy on the validation part of a network of one hidden layer of ReLU. */
async function independently(tensors: readonly StoredTensor[]): Promise<{ loss: number; accuracy: number }> {
  const run = lab.core.store.read.run(runId)
  const { folder } = await lab.core.catalogue.resolve(run.datasetId)
  const { examples, labels, meta } = await openDataset(folder)
  const [width = 0] = meta.shape
  const { mean, std } = lab.core.store.read.snapshotModel(snapshots()[0]?.id ?? 0).normalisation
  const [w1 = [], b1 = [], w2 = [], b2 = []] = tensors.map(numbers)
  const indices = [...splitDataset(labels, meta, run.spec.dataset).validation]
  let [loss, right] = [0, 0]
  for (const i of indices) {
    const x = Array.from(
      { length: width },
      (_, k) => ((examples[i * width + k] ?? 0) - (mean[k] ?? 0)) / (std[k] ?? 1),
    )
    const hidden = Array.from(b1, (bias, h) =>
      Math.max(
        0,
        x.reduce((s, v, k) => s + v * (w1[k * b1.length + h] ?? 0), bias),
      ),
    )
    const logits = Array.from(b2, (bias, c) =>
      hidden.reduce((s, v, h) => s + v * (w2[h * b2.length + c] ?? 0), bias),
    )
    const label = labels[i] ?? 0
    loss += Math.log(logits.reduce((s, z) => s + Math.exp(z), 0)) - (logits[label] ?? 0)
    if (logits.indexOf(Math.max(...logits)) === label) right += 1
  }
  return { loss: loss / indices.length, accuracy: right / indices.length }
}

test('its ends have the scores that are stored, and every place that of a network computed by hand', async () => {
  const [a, b] = snapshots()
  assert.ok(a !== undefined && b !== undefined)
  const { line, steps } = await lineBetween(a.id, b.id)
  assert.equal(line.points.length, 21)
  assert.equal(steps, 21)
  assert.equal(line.isDone, true)
  for (const [snapshot, point] of [
    [a, line.points[0]],
    [b, line.points.at(-1)],
  ] as const) {
    assert.ok(Math.abs((snapshot.valLoss ?? 0) - (point?.loss ?? Number.NaN)) < 1e-9)
    assert.equal(point?.accuracy, snapshot.valAccuracy)
  }
  const [from, to] = [tensorsOf(a.id), tensorsOf(b.id)]
  for (const point of line.points) {
    const mixed = from.map((tensor, k) => {
      const other = to[k]
      const values = numbers(tensor).map(
        (v, i) => (1 - point.at) * v + point.at * (other === undefined ? 0 : (numbers(other)[i] ?? 0)),
      )
      return { ...tensor, data: new Uint8Array(values.buffer) }
    })
    const { loss, accuracy } = await independently(mixed)
    assert.ok(Math.abs(loss - point.loss) < 1e-5, `${point.at}: ${loss} ${point.loss}`)
    assert.ok(Math.abs(accuracy - point.accuracy) < 0.02)
    const straight = (1 - point.at) * (line.points[0]?.loss ?? 0) + point.at * (line.points.at(-1)?.loss ?? 0)
    if (point.height !== null) assert.ok(Math.abs(point.height - (point.loss - straight)) < 1e-9)
  }
})

test('two points of one cycle are in one basin; the command says so, and a second look is at once', async () => {
  const [a, b] = snapshots()
  assert.ok(a !== undefined && b !== undefined)
  const { line, steps } = await lineBetween(a.id, b.id)
  assert.equal(steps, 1)
  assert.equal(line.top?.isBump, false)
  const { code, out } = await invokeHere(lab.home, ['line', '--from', String(a.id), '--to', String(b.id)])
  assert.equal(code, 0)
  assert.match(out, /One basin, as far as [\d,\u202f ]+ validation examples tell: no bump above/)
})

test('a network whose hidden units are put in another order is the same function, with a bump between the two', async () => {
  const [, b] = snapshots()
  assert.ok(b !== undefined)
  const from = tensorsOf(b.id)
  const units = 12
  const order = Array.from({ length: units }, (_, h) => (h + 5) % units)
  const to = from.map((tensor) => {
    const values = numbers(tensor)
    const [rows = 1, columns = 1] = tensor.shape
    const isIn = tensor.shape.length === 2 && columns === units
    const isOut = tensor.shape.length === 2 && rows === units
    const moved = values.map((own, i) => {
      if (isIn) return values[Math.floor(i / units) * units + (order[i % units] ?? 0)] ?? 0
      if (isOut) return values[(order[Math.floor(i / columns)] ?? 0) * columns + (i % columns)] ?? 0
      return rows === units ? (values[order[i] ?? 0] ?? 0) : own
    })
    return { ...tensor, data: new Uint8Array(moved.buffer) }
  })
  const run = lab.core.store.read.run(runId)
  const { folder } = await lab.core.catalogue.resolve(run.datasetId)
  const told: LineTold[] = []
  const { stepsPerEpoch } = run.planned.plan
  const request = {
    spec: run.spec,
    datasetFolder: folder,
    stepsPerEpoch,
    models: [[...from], to],
    mixtures: [
      [1, 0],
      [0, 1],
      [0.5, 0.5],
    ],
  }
  await measureLine({ ...request, devices: { known: {} } }, (part) => told.push(part))
  const [first, last, middle] = told
  assert.ok(first !== undefined && last !== undefined && middle !== undefined)
  for (const [i, loss] of first.losses.entries())
    assert.ok(Math.abs(loss - (last.losses[i] ?? Number.NaN)) < 1e-4)
  const height = heightAbove(middle.losses, [
    { weight: 0.5, losses: first.losses },
    { weight: 0.5, losses: last.losses },
  ])
  assert.equal(isBump(height), true, JSON.stringify(height))
})

test('what has no line between it is refused in one sentence', async () => {
  const [a] = snapshots()
  for (const [from, to, words] of [
    [a?.id ?? 0, a?.id ?? 0, /they must be two/],
    [a?.id ?? 0, 999, /999/],
  ] as const) {
    const { code, err } = await invokeHere(lab.home, ['line', '--from', String(from), '--to', String(to)])
    assert.equal(code, 2)
    assert.match(err, words)
  }
})

test('an average of two weights stands as high above its members as the middle of the line between them', async () => {
  const ids = snapshots().map(({ id }) => id)
  const [a = 0, b = 0] = ids
  const { bump } = await lab.core.ensembles.averageWeights({ runId, snapshotIds: [a, b] })
  const { line } = await lineBetween(a, b)
  const middle = line.points.find(({ at }) => at === 0.5)
  assert.ok(bump !== undefined && middle !== undefined)
  assert.ok(Math.abs(bump.height - (middle.height ?? Number.NaN)) < 1e-5)
  assert.ok(Math.abs(bump.standardError - (middle.standardError ?? Number.NaN)) < 1e-5)
  const told = await invokeHere(lab.home, [
    'ensemble',
    '--run',
    runId,
    '--snapshots',
    `${a},${b}`,
    '--method',
    'weights',
  ])
  assert.equal(told.code, 0)
  assert.match(told.err, /No bump between the members that validation data can tell/)
})

/** Dense, ReLU, batch normalisation, dense. */
const normed = {
  class_name: 'Sequential',
  config: {
    name: 'normed',
    layers: [
      {
        class_name: 'Dense',
        config: { name: 'one', units: 6, activation: 'relu', batch_input_shape: [null, 4] },
      },
      { class_name: 'BatchNormalization', config: { name: 'bn', epsilon: 1e-3, momentum: 0.9 } },
      { class_name: 'Dense', config: { name: 'two', units: 3 } },
    ],
  },
}

test('along a line with batch normalisation the statistics are those of the weights there, as computed by hand', async () => {
  const spec = cloudsSpec(3, {
    model: { kind: 'layers', topology: normed },
    dataset: { name: 'clouds', validation: 0.1 },
    schedule: { kind: 'sgdr', lrMax: 0.3, t0: 1 },
    batchSize: 128,
  })
  const { run } = await (await lab.core.runs.launch(spec)).finished
  const stored = lab.core.store.read.snapshots(run.id)
  const ids = stored.map(({ id }) => id)
  const [a = 0, b = 0] = ids
  const data = await handData(lab, run.id, a)
  const models = ids.map(tensorsOf)
  assert.deepEqual(
    models[0]?.slice(0, 6).map(({ name }) => name.split('/').at(-1)),
    ['kernel', 'bias', 'gamma', 'beta', 'kernel', 'bias'],
  )
  const known = new Map<string, number>()
  const byHand = (shares: readonly number[]): number => {
    const loss = known.get(shares.join()) ?? normedLoss(mixed(models, shares), data, 1e-3)
    known.set(shares.join(), loss)
    return loss
  }
  const close = (x: number | null | undefined, y: number, what: string) =>
    assert.ok(Math.abs((x ?? Number.NaN) - y) < 2e-5, `${what}: ${x} ${y}`)

  const { line } = await lineBetween(a, b)
  const straight = (at: number): number => (1 - at) * byHand([1, 0, 0]) + at * byHand([0, 1, 0])
  for (const { at, loss, height } of line.points) {
    if (height === null) continue
    close(loss, byHand([1 - at, at, 0]), `loss at ${at}`)
    close(height, byHand([1 - at, at, 0]) - straight(at), `height at ${at}`)
  }
  // The ends are shown as they were stored, with the moving statistics of training: other numbers.
  close(line.points[0]?.loss, stored[0]?.valLoss ?? Number.NaN, 'the first end')
  assert.ok(Math.abs((line.points[0]?.loss ?? 0) - byHand([1, 0, 0])) > 1e-3)

  let lines: AverageLines | undefined
  for await (const now of lab.core.ensembles.averageLines(ids)) lines = now
  assert.ok(lines?.isDone)
  assert.deepEqual([lines.measured, lines.places], [31, 31])
  const third = 1 / 3
  for (const [k, { snapshotId, points }] of lines.lines.entries()) {
    assert.equal(snapshotId, ids[k])
    assert.equal(points.length, 11)
    close(points[0]?.loss, stored[k]?.valLoss ?? Number.NaN, `member ${k}`)
    close(points.at(-1)?.loss, byHand([third, third, third]), 'the average')
    const own = byHand(ids.map((_, j) => (j === k ? 1 : 0)))
    for (const { at, loss, height } of points.slice(1, -1)) {
      const there = byHand(ids.map((_, j) => (j === k ? 1 - at : 0) + at / 3))
      close(loss, there, `member ${k} at ${at}`)
      close(height, there - (1 - at) * own - at * byHand([third, third, third]), `height ${k} at ${at}`)
    }
  }
  const { code, out } = await invokeHere(lab.home, ['line', '--average', ids.join(), '--json'])
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(out), JSON.parse(JSON.stringify(lines)))
})

test('lines to an average of too few, of one twice and beside a pair are refused in one sentence', async () => {
  const [a = 0, b = 0] = snapshots().map(({ id }) => id)
  for (const [args, words] of [
    [['--average', `${a},${b}`], /must be 3 to 50 snapshot numbers/],
    [['--average', `${a},${b},${a}`], /name each snapshot once \(received \d+ twice\)/],
    [['--average', `${a},${b},999`, '--from', `${a}`], /give --from and --to, or --average alone/],
    [['--from', `${a}`], /\(received --from \d+\)/],
    [[], /\(received none of them\)/],
  ] as const) {
    const { code, err } = await invokeHere(lab.home, ['line', ...args])
    assert.equal(code, 2)
    assert.match(err, words)
    assert.equal(err.trim().split('\n').length, 1)
  }
})

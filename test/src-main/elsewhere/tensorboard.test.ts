import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { writtenBy } from '../../../shared/run/elsewhere.ts'
import { findEventRuns } from '../../../src-main/elsewhere/eventFiles.ts'
import { readNew } from '../../../src-main/elsewhere/readNew.ts'
import { createElsewhereService } from '../../../src-main/elsewhere/service.ts'
import { importTensorboard } from '../../../src-main/elsewhere/tensorboard.ts'
import { tensorboardFile } from '../../../src-main/export/tensorboard.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { tempFolder, tempStore } from '../store/fixtures.ts'

/*
 * fixtures/tensorboard/restart was written by torch.utils.tensorboard: train/loss, lr-SGD and val/acc every ten steps to 90, then
 * by a second SummaryWriter with purge_step=50 from 50 to 70, which also wrote hparams. What follows from it is what
 * TensorBoard's own EventAccumulator says.
 */
const fixture = new URL('../../fixtures/tensorboard/restart', import.meta.url).pathname
const accumulated = {
  loss: [1, 0.09090909361839294, 0.0476190485060215, 0.032258063554763794, 0.024390242993831635].concat([
    0.09803921729326248, 0.08196721225976944, 0.07042253762483597,
  ]),
  lr: [
    0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612,
  ],
  accuracy: [
    0, 0.05000000074505806, 0.10000000149011612, 0.15000000596046448, 0.20000000298023224, 0.5,
  ].concat([0.6000000238418579, 0.699999988079071]),
}

const points = (store: Store, runId: string, series: string) => {
  const { steps, values } = store.read.series({ runId, series })
  return { steps: [...steps], values: [...values] }
}
const read = async (store: Store, path: string) => {
  const [run] = await importTensorboard(store, { path, tagRoles: {} })
  assert.ok(run)
  return run
}

test('a restart takes back what TensorBoard takes back', async (t) => {
  const store = tempStore(t)
  const run = await read(store, fixture)
  assert.deepEqual(points(store, run.id, 'loss'), {
    steps: [0, 10, 20, 30, 40, 50, 60, 70],
    values: accumulated.loss,
  })
  assert.deepEqual(points(store, run.id, 'lr').values, accumulated.lr)
  assert.deepEqual(
    store.read.epochs(run.id).map(({ valAccuracy }) => valAccuracy),
    accumulated.accuracy,
  )
  assert.deepEqual(store.read.summary(run.id).best?.valAccuracy, 0.699999988079071)
  assert.deepEqual(run.elsewhere?.hyperparameters, { optimizer: 'SGD', lr: 0.1, nesterov: 1 })
  assert.equal(run.status, 'completed')
})

test('what we write ourselves is read as it was, with values that are not finite', async (t) => {
  const store = tempStore(t)
  const folder = tempFolder(t)
  const values = [1, Number.NaN, Number.POSITIVE_INFINITY, 0.5]
  const steps = values.map((value, i) => ({
    step: i * 5000,
    wallTime: 1000 + i,
    values: [{ tag: 'train/loss', value }],
  }))
  writeFileSync(join(folder, 'events.out.tfevents.1.x'), Buffer.concat([...tensorboardFile(1000, steps)]))
  const run = await read(store, folder)
  assert.deepEqual(points(store, run.id, 'loss'), { steps: [0, 5000, 10_000, 15_000], values })
  assert.equal(run.elsewhere?.lastEventAt, 1_003_000)
})

test('a file that is cut goes on when it grows, and gives what the whole one gives', async (t) => {
  const store = tempStore(t)
  const folder = tempFolder(t)
  cpSync(fixture, folder, { recursive: true })
  const [first] = (await findEventRuns(folder))[0]?.files ?? []
  assert.ok(first)
  const whole = readFileSync(join(folder, first))
  truncateSync(join(folder, first), 700)
  const [run] = await importTensorboard(store, { path: join(folder, first), tagRoles: {} })
  assert.ok(run)
  const before = points(store, run.id, 'loss').steps.length
  appendFileSync(join(folder, first), whole.subarray(700))
  const [found] = await findEventRuns(join(folder, first))
  assert.ok(found)
  assert.equal(readNew(store, run.id, found).isNew, true)
  assert.ok(before < 10)
  assert.equal(points(store, run.id, 'loss').steps.length, 10)
  assert.equal(readNew(store, run.id, found).isNew, false)
})

test('damage in the middle leaves out what follows and says where; another kind of file is refused', async (t) => {
  const store = tempStore(t)
  const folder = tempFolder(t)
  const [first] = (await findEventRuns(fixture))[0]?.files ?? []
  assert.ok(first)
  const bytes = readFileSync(join(fixture, first))
  // The length of a record: one of 2^60 bytes is damage, and no reason to take that much memory.
  bytes.fill(0xff, bytes.readUInt32LE(0) + 16, bytes.readUInt32LE(0) + 24)
  writeFileSync(join(folder, 'a.tfevents'), bytes)
  assert.match((await read(store, folder)).elsewhere?.notes.join() ?? '', /damaged from byte \d+ on/)
  const other = tempFolder(t)
  writeFileSync(join(other, 'b.tfevents'), 'no event file at all, and longer than a header')
  await assert.rejects(() => read(store, other), /does not begin with a record of TensorBoard's/)
  assert.equal(store.read.runs().length, 1)
})

test('scores of one step in several tags and folders, as Keras writes them, stay beside each other', async (t) => {
  const store = tempStore(t)
  const folder = tempFolder(t)
  const tags = { train: 0.5, validation: 0.25 }
  for (const [part, first] of Object.entries(tags)) {
    mkdirSync(join(folder, part))
    const point = (tag: string, step: number, value: number) => ({
      step,
      wallTime: 1_800_000_000 + step,
      values: [{ tag, value }],
    })
    const points = [0, 1].flatMap((step) => [
      point('epoch_accuracy', step, first + step / 8),
      point('epoch_loss', step, first / 2 + step / 8),
    ])
    const chunks = [...tensorboardFile(1_800_000_000, points)]
    writeFileSync(join(folder, part, 'events.out.tfevents.1800000000.host.1.v2'), Buffer.concat(chunks))
  }
  const { id } = await read(store, folder)
  const scores = store.read.epochs(id).map((epoch) => {
    const { step, trainAccuracy, trainLoss, valAccuracy, valLoss } = epoch
    return { step, trainAccuracy, trainLoss, valAccuracy, valLoss }
  })
  assert.deepEqual(scores, [
    { step: 0, trainAccuracy: 0.5, trainLoss: 0.25, valAccuracy: 0.25, valLoss: 0.125 },
    { step: 1, trainAccuracy: 0.625, trainLoss: 0.375, valAccuracy: 0.375, valLoss: 0.25 },
  ])
})

test('a preview says what an import finds, and stores nothing; the same folder again brings what is new', async (t) => {
  const store = tempStore(t)
  const service = createElsewhereService(store)
  const [found, ...others] = await service.preview(fixture, () => undefined)
  assert.ok(found)
  assert.equal(others.length + store.read.runs().length, 0)
  assert.deepEqual(
    found.tags.map(({ name, points: count, firstStep, lastStep, role }) => [
      name,
      count,
      firstStep,
      lastStep,
      role,
    ]),
    // Of both writers, as they wrote them: ten points and three, of which an import keeps eight.
    [
      ['train/loss', 13, 0, 90, 'trainLoss'],
      ['lr-SGD', 10, 0, 90, 'learningRate'],
      ['val/acc', 13, 0, 90, 'valAccuracy'],
      ['hparam/acc', 1, 0, 0, 'other'],
    ],
  )
  assert.deepEqual(found.hyperparameters, { optimizer: 'SGD', lr: 0.1, nesterov: 1 })
  const run = await read(store, fixture)
  const [again] = await service.preview(fixture, () => undefined)
  assert.deepEqual(again?.known, { id: run.id, name: run.name, isFollowed: false })
  assert.equal((await read(store, fixture)).id, run.id)
  assert.equal(store.read.runs().length, 1)
})

test('a time that is none is told by neither the look nor the import', async (t) => {
  const folder = tempFolder(t)
  const at = (step: number, wallTime: number) => ({ step, wallTime, values: [{ tag: 'x', value: 1 }] })
  const events = [at(0, 1_800_000_000), at(1, Number.NaN), at(2, 1e300)]
  writeFileSync(
    join(folder, 'events.out.tfevents.1800000000.h'),
    Buffer.concat([...tensorboardFile(1_800_000_000, events)]),
  )
  const store = tempStore(t)
  const [found] = await createElsewhereService(store).preview(folder, () => undefined)
  assert.deepEqual([found?.lastEventAt, found?.tags[0]?.lastWallTime], [1.8e12, 1.8e12])
  assert.equal((await read(store, folder)).elsewhere?.lastEventAt, 1.8e12)
})

test('an import that is broken off in a later run leaves none of its new runs', async (t) => {
  const store = tempStore(t)
  const folder = tempFolder(t)
  for (const name of ['a', 'b', 'c']) cpSync(fixture, join(folder, name), { recursive: true })
  const done: number[] = []
  const asked = { path: folder, tagRoles: {} }
  const breakingOff = importTensorboard(store, asked, (bytes, total) => {
    done.push(bytes / total)
    if (bytes > total / 2) throw new Error('left')
  })
  await assert.rejects(breakingOff, /left/)
  assert.ok(done.length >= 3 && done.every((share, i) => share >= (done[i - 1] ?? 0)))
  assert.equal(store.read.runs().length, 0)
  assert.equal((await importTensorboard(store, asked)).length, 3)
})

/*
 * fixtures/tensorboard/kinds was written by tf.summary (tensors of one number each of every type, at steps 0 to 2, and a text of two
 * columns) and, as older programs do it, with simple_value by tensorboard's EventFileWriter; keras by keras.callbacks.TensorBoard
 * beside hparams' KerasCallback, five epochs.
 */
test('numbers of every type are read, old style and new; a text that is a table is settings', async (t) => {
  const store = tempStore(t)
  const run = await read(store, new URL('../../fixtures/tensorboard/kinds', import.meta.url).pathname)
  const expected = { double: [1.5, 3, 4.5], half: [1.5, 3, 4.5], bfloat: [1.5, 3, 4.5], flag: [1, 1, 1] }
  for (const [name, values] of Object.entries(expected))
    assert.deepEqual(points(store, run.id, name), { steps: [0, 1, 2], values }, name)
  for (const name of ['int', 'long', 'byte', 'ulong'])
    assert.deepEqual(points(store, run.id, name).values, [1, 2, 3], name)
  assert.deepEqual(points(store, run.id, 'loss').values, [1, 0.5, 0.3333333432674408])
  assert.deepEqual(points(store, run.id, 'old/acc').values, [0, 0.25, 0.5])
  assert.ok(!store.read.seriesNames(run.id).includes('vector'))
  assert.deepEqual(run.elsewhere?.hyperparameters, { depth: 20, augment: 'flip', bn: true })
})

test("Keras' callback: who wrote it, its settings, scores of both parts", async (t) => {
  const store = tempStore(t)
  const run = await read(store, new URL('../../fixtures/tensorboard/keras', import.meta.url).pathname)
  assert.ok(run.elsewhere)
  assert.deepEqual(writtenBy(run.elsewhere), { program: 'TensorFlow or Keras', host: 'vm' })
  assert.deepEqual(run.elsewhere.hyperparameters, { optimizer: 'adam', units: 8, lr: 0.001 })
  const epochs = store.read.epochs(run.id)
  assert.equal(epochs.length, 5)
  assert.ok(epochs.every(({ valLoss, trainAccuracy }) => valLoss !== null && trainAccuracy !== null))
  // It ended with its last event, not when it was read.
  assert.equal(run.endedAt, Math.floor(run.elsewhere.lastEventAt ?? 0))
})

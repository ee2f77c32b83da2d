import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { groupsOf, parquet } from '../../../src-main/export/parquet.ts'
import { predictionsParquet } from '../../../src-main/export/predictions/parquet.ts'
import { recordsParquet } from '../../../src-main/export/recordTable.ts'
import { runParquet } from '../../../src-main/export/runParquet.ts'
import { claimedRun, epoch, metrics, snapshot, tempStore, valueAt } from '../store/fixtures.ts'

function fileOf(chunks: Iterable<Uint8Array>): ArrayBuffer {
  return new Uint8Array(Buffer.concat([...chunks])).buffer
}

const rowsOf = (file: ArrayBuffer) => parquetReadObjects({ file })

const typesIn = (file: ArrayBuffer) =>
  parquetMetadata(file)
    .schema.slice(1)
    .map(({ name, type, converted_type: meant }) => [name, meant ?? type])

test("another reader finds a run's steps, epochs and snapshots as they were stored, in their types", async (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const odd = metrics(run, 0, 0, 5000)
  odd.columns.loss?.set([Number.NaN, Number.POSITIVE_INFINITY], 7)
  store.record([odd, epoch(run, 1, 1), snapshot(run, 2, 1, 99)])
  const steps = fileOf(runParquet(store.read, run.id, 'steps'))
  assert.deepEqual(typesIn(steps), [
    ['step', 'INT64'],
    ['lr', 'DOUBLE'],
    ['momentum', 'DOUBLE'],
    ['loss', 'DOUBLE'],
    ['accuracy', 'DOUBLE'],
    ['samplesPerSecond', 'DOUBLE'],
  ])
  const rows = await rowsOf(steps)
  assert.equal(rows.length, 5000)
  assert.deepEqual(
    rows.map(({ momentum }) => momentum),
    Array.from({ length: 5000 }, (_, step) => valueAt(1, step)),
  )
  assert.deepEqual([rows[7]?.loss, rows[8]?.loss], [Number.NaN, Number.POSITIVE_INFINITY])
  assert.deepEqual([rows[4000]?.step, rows[4000]?.samplesPerSecond], [4000n, null])
  assert.equal(rows[4999]?.samplesPerSecond, 1000)
  const [stored] = await rowsOf(fileOf(runParquet(store.read, run.id, 'epochs')))
  const [known = assert.fail()] = store.read.epochs(run.id)
  assert.deepEqual(stored, { ...known, epoch: 1n, step: 99n })
  const [kept] = await rowsOf(fileOf(runParquet(store.read, run.id, 'snapshots')))
  const [{ runId: _run, createdAt: _at, ema: _ema, ...saved } = assert.fail()] = store.read.snapshots(run.id)
  const none = { emaValLoss: null, emaValAccuracy: null, emaTestLoss: null, emaTestAccuracy: null }
  assert.deepEqual(kept, { ...saved, ...none, id: 1n, cycle: 1n, step: 99n, bytes: BigInt(saved.bytes) })
})

test('a table of many groups is written group by group, and read as one', async () => {
  const columns = [
    { name: 'n', type: 'int64' },
    { name: 'word', type: 'text' },
  ] as const
  const rows = Array.from({ length: 1000 }, (_, i) => [i, i % 3 === 0 ? null : `w${i % 2}`])
  let taken = 0
  const counted = function* () {
    for (const row of rows) {
      taken += 1
      yield row
    }
  }
  const chunks = parquet(columns, groupsOf(2, counted(), 100))
  const first = chunks.next()
  assert.equal(taken, 100)
  assert.ok(first.done !== true)
  const file = fileOf([first.value, ...chunks])
  assert.equal(parquetMetadata(file).row_groups.length, 10)
  assert.deepEqual(
    (await rowsOf(file)).map(({ n, word }) => [Number(n), word]),
    rows,
  )
  assert.deepEqual(await rowsOf(fileOf(parquet(columns, groupsOf(2, [])))), [])
})

test('a table of settings has whole numbers, times and texts where it should, in every file of the same settings', async () => {
  const at = new Date('2026-11-30T01:02:03.004Z')
  const records = [
    { 'spec.seed': 1, 'spec.schedule.lrMax': 1, created: at, mixed: 1, favourite: true },
    { 'spec.seed': 2, 'spec.schedule.lrMax': 2, created: null, mixed: 'one', late: Number.NaN },
  ]
  const file = fileOf(recordsParquet(records))
  assert.deepEqual(typesIn(file), [
    ['spec.seed', 'INT64'],
    ['spec.schedule.lrMax', 'DOUBLE'],
    ['created', 'TIMESTAMP_MILLIS'],
    ['mixed', 'UTF8'],
    ['favourite', 'BOOLEAN'],
    ['late', 'DOUBLE'],
  ])
  assert.deepEqual(await rowsOf(file), [
    { 'spec.seed': 1n, 'spec.schedule.lrMax': 1, created: at, mixed: '1', favourite: true, late: null },
    {
      'spec.seed': 2n,
      'spec.schedule.lrMax': 2,
      created: null,
      mixed: 'one',
      favourite: null,
      late: Number.NaN,
    },
  ])
})

test('predictions are a column a class, with the names of the classes beside them', async () => {
  const table = {
    part: 'test',
    classes: ['cat', 'dog'],
    labels: Uint16Array.of(1, 1),
    places: [7, 2],
  } as const
  const probs = Float64Array.of(0.25, 0.75, 1, 0)
  const file = fileOf(predictionsParquet({ ...table, answers: { of: 'model', probs } }))
  assert.deepEqual(await rowsOf(file), [
    { example: 0n, index: 7n, label: 1n, predicted: 1n, p_0: 0.25, p_1: 0.75 },
    { example: 1n, index: 2n, label: 1n, predicted: 0n, p_0: 1, p_1: 0 },
  ])
  const kept = parquetMetadata(file).key_value_metadata
  assert.deepEqual(
    kept?.map(({ key, value }) => [key, value]),
    [
      ['classes', '["cat","dog"]'],
      ['part', 'test'],
    ],
  )
  const snapshots = [1, 2].map((cycle) => ({
    id: 10 + cycle,
    cycle,
    read: () => Float32Array.of(1, 0, 0, 1),
  }))
  const ofRun = { ...table, places: null, answers: { of: 'run', snapshots } } as const
  const [, second, third] = await rowsOf(fileOf(predictionsParquet(ofRun)))
  const shared = { index: null, label: 1n }
  assert.deepEqual(second, {
    snapshot: 11n,
    cycle: 1n,
    example: 1n,
    ...shared,
    predicted: 1n,
    p_0: 0,
    p_1: 1,
  })
  assert.deepEqual(third, { snapshot: 12n, cycle: 2n, example: 0n, ...shared, predicted: 0n, p_0: 1, p_1: 0 })
})

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { importPredictions } from '../../../shared/api/outsidePredictions.ts'
import { UserError } from '../../../shared/errors.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { openCore } from '../../../src-main/core.ts'
import { lookAt } from '../../../src-main/outsidePredictions/look.ts'

const home = await mkdtemp(join(tmpdir(), 'anneal-predictions-'))
const core = openCore({ home, db: join(home, 'anneal.db') })
after(async () => {
  await core.close()
  await rm(home, { recursive: true })
})

const place = (name: string): string => join(home, name)

/** As numpy.save writes it. */
async function saveNpy(
  name: string,
  values: Float32Array | BigInt64Array,
  shape: readonly number[],
): Promise<string> {
  const descr = values instanceof Float32Array ? '<f4' : '<i8'
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`
  const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1')
  head.writeUInt16LE(text.length, 8)
  await writeFile(place(name), Buffer.concat([head, Buffer.from(text), Buffer.from(values.buffer)]))
  return place(name)
}

async function refusal(request: unknown): Promise<string> {
  const before = core.store.read.runs().length
  try {
    await core.outsidePredictions.import(importPredictions.parse(request))
  } catch (error) {
    assert.ok(error instanceof UserError, String(error))
    assert.equal(core.store.read.runs().length, before)
    return error.message
  }
  return ''
}

// Softmax of [2, 0, 0], [0, 2, 0], ... by hand: e² / (e² + 2).
const sure = Math.exp(2) / (Math.exp(2) + 2)
const logits = Float32Array.of(2, 0, 0, 0, 2, 0, 0, 0, 2, 2, 0, 0)
const labels = BigInt64Array.of(0n, 1n, 2n, 1n)

test('logits are told by the numbers, and scored as by hand', async () => {
  const request = importPredictions.parse({
    files: [await saveNpy('a.npy', logits, [4, 3])],
    labels: await saveNpy('y.npy', labels, [4]),
  })
  const { members, runId } = await core.outsidePredictions.import(request)
  assert.equal(members[0]?.as, 'logits')
  assert.equal(members[0].scores.accuracy, 0.75)
  const nll = -(3 * Math.log(sure) + Math.log((1 - sure) / 2)) / 4
  assert.ok(Math.abs(members[0].scores.nll - nll) < 1e-6)
  const run = core.store.read.run(runId)
  assert.deepEqual([run.kind, run.status, run.elsewhere?.from], ['elsewhere', 'completed', 'predictions'])
  const [snapshot] = core.store.read.snapshots(runId)
  assert.ok(snapshot)
  assert.throws(() => core.store.read.snapshotModel(snapshot.id), /only its predictions were imported/)
})

test("an ensemble of a run's predictions that left in files and came back is the run's own to the digit", async () => {
  const labelFile = await saveNpy('y3.npy', labels, [4])
  const files = [
    await saveNpy('m1.npy', logits, [4, 3]),
    await saveNpy(
      'm2.npy',
      Float32Array.from(logits, (_, n) => Math.sin(n)),
      [4, 3],
    ),
    await saveNpy(
      'm3.npy',
      Float32Array.from(logits, (_, n) => 2 * Math.cos(3 * n)),
      [4, 3],
    ),
  ]
  const first = await core.outsidePredictions.import(
    importPredictions.parse({ files, labels: labelFile, as: 'logits' }),
  )
  const csv = await Promise.all(
    core.store.read.snapshots(first.runId).map(async ({ id, step }) => {
      const stored = core.store.read.predictions(id, 'test')
      assert.ok(stored)
      const rows = Array.from(stored.labels, (label, n) =>
        [...stored.probs.subarray(3 * n, 3 * n + 3), label].join(),
      )
      await writeFile(place(`${step}.csv`), `p0,p1,p2,label\n${rows.join('\n')}\n`)
      return place(`${step}.csv`)
    }),
  )
  const second = await core.outsidePredictions.import(importPredictions.parse({ files: csv }))
  assert.deepEqual(
    second.members.map(({ as }) => as),
    ['probabilities', 'probabilities', 'probabilities'],
  )
  const [own, back] = [first, second].map(({ runId }) => core.ensembles.evaluate({ runId }))
  assert.deepEqual(back?.test, own?.test)
  assert.deepEqual(back?.diversity, own?.diversity)
  const ids = [first, second].flatMap(({ runId }) => core.store.read.snapshots(runId))
  const joined = core.ensembles.evaluateMembers({
    method: 'average',
    members: ids.map(({ id }) => ({ snapshotId: id, weight: 1 })),
  })
  assert.equal(joined.members.length, 6)
})

test('one column is the second of two classes; rows that do not sum to 1 are told', async () => {
  await writeFile(place('binary.csv'), 'p,label\n0.9,1\n0.2,0\n0.6,0\n')
  const binary = await core.outsidePredictions.preview(
    importPredictions.parse({ files: [place('binary.csv')] }),
  )
  assert.equal(binary.classes, 2)
  assert.ok(Math.abs((binary.members[0]?.scores.accuracy ?? 0) - 2 / 3) < 1e-12)
  await writeFile(place('off.csv'), 'p0,p1,label\n0.9,0.3,0\n0.5,0.5,1\n')
  assert.match(
    await refusal({ files: [place('off.csv')] }),
    /1 of 2 rows do not sum to 1 .*row 0, 1\.200.*--logits/,
  )
  const off = await core.outsidePredictions.preview(
    importPredictions.parse({ files: [place('off.csv')], as: 'probabilities' }),
  )
  assert.match(off.members[0]?.warnings[0] ?? '', /divided by its sum/)
})

test('what does not fit is refused with its place, and nothing is stored', async () => {
  const a = await saveNpy('a.npy', logits, [4, 3])
  const y = await saveNpy('y.npy', labels, [4])
  assert.match(await refusal({ files: [a] }), /no labels to judge them by/)
  const other = await saveNpy('short.npy', logits.slice(0, 9), [3, 3])
  assert.match(await refusal({ files: [a, other], labels: y }), /short\.npy: it has 3 × 3 .*a\.npy has 4 × 3/)
  const wrong = await saveNpy('wrong.npy', BigInt64Array.of(0n, 1n, 2n, 3n), [4])
  assert.match(await refusal({ files: [a], labels: wrong }), /example 3 \(from 0\) has the label 3/)
  const hollow = await saveNpy(
    'nan.npy',
    Float32Array.from(logits, (v, n) => (n === 7 ? Number.NaN : v)),
    [4, 3],
  )
  assert.match(await refusal({ files: [hollow], labels: y }), /row 2 \(from 0\) has no number in column 1/)
  await writeFile(place('one.csv'), 'p0,p1,label\n0.5,0.5,0\n0.5,0.5,1\n')
  await writeFile(place('two.csv'), 'p0,p1,label\n0.5,0.5,0\n0.5,0.5,0\n')
  assert.match(
    await refusal({ files: [place('one.csv'), place('two.csv')] }),
    /row 1 \(from 0\) has the label 0 in two\.csv and 1 in labels in one\.csv/,
  )
  assert.match(
    await refusal({ files: [a], dataset: { name: 'fashion-mnist-12k' } }),
    /has 3 classes, and fashion-mnist-12k has 10/,
  )
  const ten = await saveNpy('ten.npy', new Float32Array(50), [5, 10])
  assert.match(
    await refusal({ files: [ten], dataset: { name: 'fashion-mnist-12k' }, as: 'logits' }),
    /ten\.npy: it has 5 rows, and there are 2000 labels/,
  )
})

test('a first look says what columns are taken for, and what rows sum to', async () => {
  await writeFile(place('look.csv'), 'id,p0,p1,label\n7,0.9,0.1,0\n8,0.5,0.5,1\n9,0.25,0.75,1\n')
  const found = await lookAt({ path: place('look.csv') })
  assert.deepEqual(
    found.columns.map(({ name, use }) => [name, use]),
    [
      ['p0', 'prediction'],
      ['p1', 'prediction'],
      ['label', 'label'],
      ['id', 'unused'],
    ],
  )
  assert.deepEqual(found.columns[0]?.first, ['0.9', '0.5', '0.25'])
  assert.deepEqual(found.check, { rows: 3, leastSum: 1, mostSum: 1, off: 0, as: 'probabilities' })
  assert.equal((await lookAt({ path: await saveNpy('l.npy', logits, [4, 3]) })).check?.as, 'logits')
  const none = await lookAt({ path: place('look.csv'), labels: 'zzz' })
  assert.match(none.problem ?? '', /no column or array "zzz"/)
  assert.deepEqual([none.classes, none.check], [0, null])
})

test('an import that is broken off after a file stores nothing; names of members stay', async () => {
  const files = [await saveNpy('n1.npy', logits, [4, 3]), await saveNpy('n2.npy', logits, [4, 3])]
  const request = importPredictions.parse({
    files,
    labels: await saveNpy('ny.npy', labels, [4]),
    memberNames: ['', 'swa'],
  })
  const before = core.store.read.runs().length
  const { elsewhere } = createServices(core, 'browser')
  const leaving = new AbortController()
  const steps = []
  for await (const step of elsewhere.importPredictions(request, leaving.signal)) {
    steps.push(step.type)
    leaving.abort()
  }
  assert.deepEqual(steps, ['progress'])
  assert.equal(core.store.read.runs().length, before)
  const { runId } = await core.outsidePredictions.import(request)
  assert.deepEqual(core.store.read.run(runId).elsewhere?.hyperparameters, {
    'snapshot 1': 'n1.npy',
    'snapshot 2': 'swa',
  })
})

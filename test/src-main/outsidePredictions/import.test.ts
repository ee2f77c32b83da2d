import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { importPredictions } from '../../../shared/api/outsidePredictions.ts'
import { UserError } from '../../../shared/errors.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { openCore } from '../../../src-main/core.ts'
import { openDataset } from '../../../src-main/datasets/index.ts'
import { importTensorboard } from '../../../src-main/elsewhere/tensorboard.ts'
import { lookAt } from '../../../src-main/outsidePredictions/look.ts'
import { invokeHere } from '../cli/testTerminal.ts'

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

async function mistakesOf(request: unknown) {
  const { runId } = await core.outsidePredictions.import(importPredictions.parse(request))
  const [snapshot] = core.store.read.snapshots(runId)
  return (...args: string[]) => invokeHere(home, ['mistakes', '--snapshot', String(snapshot?.id), ...args])
}

const mistakesJson = z.object({
  part: z.string(),
  examples: z.int(),
  accuracy: z.number(),
  mistakes: z.int(),
  dataSet: z.string().nullable(),
  noExamplesBecause: z.string().nullable(),
  confusion: z.array(z.array(z.int())),
  worst: z.array(
    z.object({
      row: z.int(),
      example: z.int().nullable(),
      trueClass: z.string(),
      predictedClass: z.string(),
    }),
  ),
})

test('mistakes of labels and predictions alone are counted as by hand, and say why no example is shown', async () => {
  const asked = await mistakesOf({
    files: [await saveNpy('alone.npy', logits, [4, 3])],
    labels: await saveNpy('alone-y.npy', labels, [4]),
  })
  const confusion = await asked('--csv', 'confusion')
  assert.equal(
    confusion.out,
    'true \\ predicted,class 0,class 1,class 2\nclass 0,1,0,0\nclass 1,1,1,0\nclass 2,0,0,1\n',
  )
  assert.match(confusion.err, /^$/)
  const examples = await asked('--csv', 'examples')
  const [head, ...lines] = examples.out.trimEnd().split('\n')
  assert.equal(head, 'part,row,example,true,predicted,correct,p_predicted,p_true')
  assert.deepEqual(
    lines.map((line) => line.split(',').slice(0, 6).join()),
    [
      'test,0,,class 0,class 0,true',
      'test,1,,class 1,class 1,true',
      'test,2,,class 2,class 2,true',
      'test,3,,class 1,class 0,false',
    ],
  )
  const [sureOf, sureOfTrue] = (lines[3] ?? '').split(',').slice(6).map(Number)
  assert.ok(Math.abs((sureOf ?? 0) - sure) < 1e-6)
  assert.ok(Math.abs((sureOfTrue ?? 0) - (1 - sure) / 2) < 1e-6)
  const why = /Its predictions came with labels alone, without a data set/
  assert.match(examples.err, why)
  const report = mistakesJson.parse(JSON.parse((await asked('--json')).out))
  assert.match(report.noExamplesBecause ?? '', why)
  assert.deepEqual(
    [report.part, report.examples, report.accuracy, report.mistakes, report.dataSet],
    ['test', 4, 0.75, 1, null],
  )
  assert.deepEqual(report.confusion, [
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 1],
  ])
  assert.deepEqual(report.worst, [{ row: 3, example: null, trueClass: 'class 1', predictedClass: 'class 0' }])
  assert.match((await asked()).out.replaceAll('\n', ' '), why)
})

test('predictions for a data set of the lab show its examples, by their names and numbers', async () => {
  const { folder } = await core.catalogue.resolve('fashion-mnist-12k')
  const { labels: all, meta } = await openDataset(folder)
  const truth = all.subarray(meta.trainCount)
  const guessed = Float32Array.from({ length: 10 * truth.length }, (_, n) =>
    // Example 7 of the part is taken for the next class.
    n % 10 === ((truth[Math.trunc(n / 10)] ?? 0) + Number(Math.trunc(n / 10) === 7)) % 10 ? 5 : 0,
  )
  const asked = await mistakesOf({
    files: [await saveNpy('fashion.npy', guessed, [truth.length, 10])],
    dataset: { name: 'fashion-mnist-12k' },
  })
  const report = mistakesJson.parse(JSON.parse((await asked('--json')).out))
  const label = truth[7] ?? 0
  assert.deepEqual(report.worst, [
    {
      row: 7,
      example: meta.trainCount + 7,
      trueClass: meta.classes[label],
      predictedClass: meta.classes[(label + 1) % 10],
    },
  ])
  assert.equal(report.noExamplesBecause, null)
})

test('what another program trained says at every door that it did, and what to do instead', async () => {
  const log = new URL('../../fixtures/tensorboard/restart', import.meta.url).pathname
  const [logged] = await importTensorboard(core.store, { path: log, tagRoles: {} })
  const { runId } = await core.outsidePredictions.import(
    importPredictions.parse({
      files: [await saveNpy('door.npy', logits, [4, 3]), await saveNpy('door2.npy', logits, [4, 3])],
      labels: await saveNpy('door-y.npy', labels, [4]),
    }),
  )
  assert.ok(logged)
  const [first, second] = core.store.read.snapshots(runId).map(({ id }) => id)
  assert.ok(first && second)
  const { ensembles, runs } = core
  const kept = ensembles.save('of a door', ensembles.evaluate({ runId }))
  const recipe = {
    model: { kind: 'softmax' },
    dataset: { name: 'fashion-mnist-12k' },
    schedule: { kind: 'constant', lr: 0.1 },
    budget: { steps: 3 },
  }
  await writeFile(place('door.json'), JSON.stringify(recipe))
  const spec = ['--spec', place('door.json')]
  const notHere =
    /^While (resuming|extending|branching from|fine-tuning|running) (run )?\w+( again)?: it was trained by another program, and nothing is here to go on from; train it on there, or start a new run\.$/
  const asked =
    /^While asking run \w+ to (pause|resume|stop|anneal now): another program trains it, .*; ask that program\..*$/
  const bare =
    /: run \w+ was trained elsewhere: its logs have no snapshots and no predictions; import its predictions \(.*\), which can be combined\.$/
  const weightless =
    /^While [a-z ]+: run \w+ was trained by another program, and only its predictions are in the lab, no weights; choose .*\.$/
  const unread =
    /^While reading snapshot \d+: only its predictions were imported, so that nobody here has its weights; use it in ensembles of predictions\.$/
  const commands: readonly (readonly [RegExp, ...string[]])[] = [
    ...[logged.id, runId].flatMap((id): (readonly [RegExp, ...string[]])[] => [
      [notHere, 'resume', id],
      [notHere, 'extend', id],
      [notHere, 'branch', id, '--steps', '5'],
      [notHere, 'branch', id, '--fine-tune'],
      [notHere, 'branch', id, '--again', '--seed', '3'],
      [asked, 'stop', id],
      [asked, 'pause', id],
      [asked, 'unpause', id],
      [asked, 'anneal', id, '--epochs', '1'],
    ]),
    [bare, 'ensemble', '--run', logged.id],
    [bare, 'ensemble', '--run', logged.id, '--details'],
    [bare, 'ensemble', '--runs', `${runId},${logged.id}`],
    [bare, 'snapshots', 'list', logged.id],
    [bare, 'runs', 'export', logged.id, '--format', 'npy', '--out', place('none.npy')],
    [weightless, 'ensemble', '--run', runId, '--method', 'weights'],
    [weightless, 'predict', place('a.npy'), '--snapshot', `${first}`],
    [weightless, 'predict', place('a.npy'), '--ensemble', 'of a door'],
    [weightless, 'line', '--from', `${first}`, '--to', `${second}`],
    [unread, 'train', ...spec, '--initial-weights', `${first}`],
    [unread, 'find-lr', ...spec, '--snapshot', `${first}`],
    [unread, 'ensembles', 'export', 'of a door', '--format', 'onnx', '--out', place('door.onnx')],
    ...['onnx', 'tfjs', 'safetensors'].map(
      (format) =>
        [unread, 'snapshots', 'export', `${first}`, '--format', format, '--out', place(format)] as const,
    ),
    [/neither its learning rate nor its accuracy is known/, 'runs', 'export', runId, '--format', 'svg'],
  ]
  const before = core.store.read.runs().length
  for (const [sentence, ...args] of commands) {
    const { err, out } = await invokeHere(home, args)
    assert.match(err.trimEnd().replaceAll(/\s+/g, ' '), sentence, args.join(' '))
    assert.equal(out, '', args.join(' '))
  }
  const calls: readonly (readonly [RegExp, () => unknown])[] = [
    [bare, () => ensembles.runsBySnapshots([runId, logged.id])],
    [weightless, () => ensembles.averaged([{ snapshotId: first, weight: 1 }])],
    [weightless, () => core.predictions.inputOf({ type: 'ensemble', id: kept.id })],
    [notHere, () => runs.enqueue(recipe, { runId, kind: 'branch' })],
    [asked, () => runs.command(runId, { type: 'annealNow', epochs: 1 })],
  ]
  for (const [sentence, call] of calls)
    await assert.rejects(
      async () => call(),
      (error) => error instanceof UserError && sentence.test(error.message),
    )
  assert.equal(core.store.read.runs().length, before)
  // What stands in for a plan is in no picture and no table.
  const drawn = (await invokeHere(home, ['runs', 'export', logged.id, '--format', 'svg'])).out
  assert.match(drawn, />Trained by another program\.</)
  assert.doesNotMatch(drawn, /Constant rate/)
  const table = (await invokeHere(home, ['snapshots', 'list', runId])).out
  assert.doesNotMatch(table, /e3b0c44298fc|0 B/)
})

import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import * as ort from 'onnxruntime-web'
import sharp from 'sharp'
import { Parser } from 'tar'
import { z } from 'zod'
import {
  averagedModelUrl,
  type EnsembleChoice,
  ensembleModelsUrl,
  ensemblePredictionsUrl,
  mixtureUrl,
  mostSnapshotsAsked,
  predictionFormats,
  predictionsUrl,
  runDownloadUrl,
  runTableUrl,
  samplesUrl,
  snapshotDownloadUrl,
  sqlParquetUrl,
  studyTableUrl,
} from '../../../shared/api/urls.ts'
import { combine } from '../../../shared/ensemble/index.ts'
import { parseMixture } from '../../../shared/ensemble/mixture.ts'
import { createFiles, type FileDoor } from '../../../src-main/api/index.ts'
import { openDataset, splitDataset } from '../../../src-main/datasets/index.ts'
import { openTables } from '../../../src-main/readers/index.ts'
import { connect } from '../../../src-main/store/database.ts'
import type { RunRecord, SnapshotRecord } from '../../../src-main/store/types.ts'
import { checkXml } from '../cli/xml.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'

/* Every address of shared/api/urls.ts over real runs, read by readers that are not ours. */

let lab: CoreLab
let files: FileDoor
let run: RunRecord
let snapshots: readonly SnapshotRecord[]

const name = 'Lernrate "α"\r\n../../etc/passwd; x=1'

before(async () => {
  lab = await openLab()
  files = createFiles(lab.core)
  run = (await (await lab.core.runs.launch(cloudsSpec(3))).finished).run
  lab.core.store.write.annotate(run.id, { name })
  snapshots = lab.core.store.read.snapshots(run.id)
  assert.equal(snapshots.length, 3)
})
after(() => lab.close())

async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const answer = await files(new Request(`http://127.0.0.1:7341${url}`, { headers }))
  assert.ok(answer !== undefined, `nothing answers ${url}`)
  return answer
}

async function saved(url: string) {
  const answer = await get(url)
  assert.equal(answer.status, 200, `${url}: ${answer.status === 200 ? '' : await answer.text()}`)
  const disposition = answer.headers.get('content-disposition') ?? ''
  return {
    disposition,
    type: answer.headers.get('content-type'),
    bytes: Buffer.from(await answer.arrayBuffer()),
  }
}

/** Names and contents of a tar, as node-tar reads it, which refuses a wrong checksum or length. */
async function untar(bytes: Uint8Array): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  const parser = new Parser({ strict: true })
  parser.on('entry', (entry) => {
    const pieces: Buffer[] = []
    entry.on('data', (piece: Buffer) => pieces.push(piece))
    entry.on('end', () => found.set(entry.path, Buffer.concat(pieces)))
  })
  await pipeline(Readable.from([bytes]), parser)
  return found
}

const table = (bytes: Buffer): Record<string, string>[] => parse(bytes, { columns: true })
const json = (bytes: Uint8Array | undefined): unknown => JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))

test('files are named after their run in any language, and no name reaches further', async () => {
  for (const format of ['csv', 'json', 'svg', 'tensorboard'] as const) {
    const { disposition } = await saved(runDownloadUrl(run.id, format))
    assert.match(disposition, /^attachment; filename="[\w.-]+"; filename\*=UTF-8''[\w.%-]+$/)
    const utf8 = decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')
    assert.ok(utf8.startsWith(`Lernrate-α-etc-passwd-x-1-${run.id}`), utf8)
    assert.equal(path.basename(utf8), utf8)
  }
})

test('a long name is cut between letters, also where a letter takes two code units', async (t) => {
  t.after(() => lab.core.store.write.annotate(run.id, { name }))
  lab.core.store.write.annotate(run.id, { name: `a${'𠀀'.repeat(80)}` })
  const { disposition } = await saved(runDownloadUrl(run.id, 'csv'))
  assert.ok(disposition.includes(`''a${encodeURIComponent('𠀀'.repeat(59))}-${run.id}.csv`), disposition)
})

test('a run as CSV and JSON holds every step it was trained', async () => {
  const { read } = lab.core.store
  const rows = table((await saved(runDownloadUrl(run.id, 'csv'))).bytes)
  assert.equal(rows.length, run.totalSteps)
  const loss = read.series({ runId: run.id, series: 'loss' })
  assert.deepEqual(
    rows.map(({ loss: each }) => Number(each)),
    [...loss.values],
  )
  assert.deepEqual(
    rows.map(({ step }) => Number(step)),
    [...loss.steps],
  )
  const document = z
    .object({
      id: z.string(),
      name: z.string(),
      series: z.record(z.string(), z.object({ values: z.array(z.number()) })),
    })
    .parse(json((await saved(runDownloadUrl(run.id, 'json'))).bytes))
  assert.equal(document.name, name.trim())
  assert.deepEqual(document.series.loss?.values, [...loss.values])
})

test('a run as SVG is well-formed and speaks its name, whatever it is', async () => {
  const { bytes, type } = await saved(runDownloadUrl(run.id, 'svg'))
  assert.equal(type, 'image/svg+xml')
  checkXml(bytes.toString('utf8'))
  const { width = 0 } = await sharp(bytes).metadata()
  assert.ok(width > 100)
})

test('TensorBoard events come in a tar of one file', async () => {
  const entries = await untar((await saved(runDownloadUrl(run.id, 'tensorboard'))).bytes)
  const [[file = '', events] = []] = [...entries]
  assert.equal(entries.size, 1)
  assert.match(file, /^[^/]+\/events\.out\.tfevents\.[^/]+$/)
  // The first record is the version: its length as 64 bits, then "brain.Event:2" within.
  assert.ok(Number(events?.readBigUInt64LE(0)) < 100)
  assert.ok(events?.subarray(0, 64).includes('brain.Event:2'))
})

test('a table of runs has a row each, in the order asked', async () => {
  const other = (await (await lab.core.runs.launch(cloudsSpec(1))).finished).run
  const rows = table((await saved(runTableUrl([other.id, run.id]))).bytes)
  assert.deepEqual(
    rows.map(({ id }) => id),
    [other.id, run.id],
  )
  assert.equal(rows[1]?.run, name.trim())
  assert.equal(rows[0]?.['spec.schedule.kind'], 'sgdr')
})

test('a snapshot as safetensors and as a tfjs model holds its weights', async () => {
  const [snapshot] = snapshots
  const { tensors } = lab.core.store.read.snapshotModel(snapshot?.id ?? 0)
  const weights = tensors.filter(({ role }) => role === 'weight')
  const { bytes } = await saved(snapshotDownloadUrl(snapshot?.id ?? 0, 'safetensors'))
  const headed = 8 + Number(bytes.readBigUInt64LE(0))
  const header = z
    .record(z.string(), z.looseObject({ data_offsets: z.tuple([z.number(), z.number()]).optional() }))
    .parse(json(bytes.subarray(8, headed)))
  for (const { name: weight, data } of weights) {
    const [from = 0, to = 0] = header[weight]?.data_offsets ?? []
    assert.deepEqual(bytes.subarray(headed + from, headed + to), Buffer.from(data), weight)
  }
  const tfjs = await untar((await saved(snapshotDownloadUrl(snapshot?.id ?? 0, 'tfjs'))).bytes)
  const names = [...tfjs.keys()]
  assert.ok(
    names.every((each) => /^[^/]+-cycle-1\/[\w.-]+$/.test(each)),
    names.join(),
  )
  const model = z
    .looseObject({ weightsManifest: z.array(z.object({ paths: z.array(z.string()) })) })
    .parse(json([...tfjs].find(([each]) => each.endsWith('/model.json'))?.[1]))
  const shards = model.weightsManifest.flatMap(({ paths }) => paths)
  const bytesOf = (shard: string) =>
    [...tfjs].find(([each]) => each.endsWith(`/${shard}`))?.[1].byteLength ?? -1
  assert.equal(
    shards.reduce((sum, shard) => sum + bytesOf(shard), 0),
    weights.reduce((sum, { data }) => sum + data.byteLength, 0),
  )
})

test('stored predictions come as they are stored, and are asked for again only to be told so', async () => {
  const ids = snapshots.map(({ id }) => id)
  for (const part of ['validation', 'test'] as const) {
    const answer = await get(predictionsUrl(ids, part))
    const view = new DataView(await answer.arrayBuffer())
    let at = 0
    for (const id of ids) {
      const stored = lab.core.store.read.predictions(id, part)
      const [examples, classes] = [view.getUint32(at, true), view.getUint32(at + 4, true)]
      assert.deepEqual([examples, classes], [stored?.labels.length, 3])
      const read = (n: number, get: (i: number) => number) => Array.from({ length: n }, (_, i) => get(i))
      const probsAt = at + 8
      assert.deepEqual(
        read(examples * classes, (i) => view.getFloat32(probsAt + 4 * i, true)),
        [...(stored?.probs ?? [])],
      )
      const labelsAt = probsAt + 4 * examples * classes
      assert.deepEqual(
        read(examples, (i) => view.getUint16(labelsAt + 2 * i, true)),
        [...(stored?.labels ?? [])],
      )
      at = 4 * Math.ceil((labelsAt + 2 * examples) / 4)
    }
    assert.equal(view.byteLength, at)
    const etag = answer.headers.get('etag') ?? ''
    assert.equal((await get(predictionsUrl(ids, part), { 'if-none-match': etag })).status, 304)
    assert.equal((await get(predictionsUrl(ids, part), { 'if-none-match': '"other"' })).status, 200)
    for (const others of [ids.slice(1), ids.toReversed()])
      assert.notEqual((await get(predictionsUrl(others, part))).headers.get('etag'), etag)
  }
  assert.equal((await get(predictionsUrl([ids[0] ?? 0, 999_999], 'test'))).status, 404)
  const many = Array.from({ length: mostSnapshotsAsked + 1 }, () => ids[0] ?? 0)
  assert.equal((await get(predictionsUrl(many, 'test'))).status, 400)
})

test('predictions with a wrong bit say so in their place, between those that are sound, and are sent anew', async () => {
  const ids = snapshots.slice(0, 2).map(({ id }) => id)
  const [first = 0, second = 0] = ids
  const read = async () => {
    const answer = await get(predictionsUrl(ids, 'test'))
    const [etag, cache] = [answer.headers.get('etag'), answer.headers.get('cache-control')]
    return { etag, cache, words: new Uint32Array(await answer.arrayBuffer()) }
  }
  const sound = await read()
  const db = connect(lab.core.store.path)
  const turn = `UPDATE snapshot_predictions SET checksum = checksum + ? WHERE snapshot_id = ? AND part = 'test'`
  db.run(turn, 1, first)
  const found = await read()
  assert.deepEqual([...found.words.subarray(0, 2)], [0, 0xffff_ffff])
  assert.deepEqual([found.etag, found.cache], [null, 'no-store'], 'also the first, which finds the damage')
  const again = await get(predictionsUrl(ids, 'test'), { 'if-none-match': sound.etag ?? '' })
  assert.equal(again.status, 200, 'who has kept the sound ones is told')
  const rest = lab.core.store.read.predictions(second, 'test')
  assert.deepEqual([...found.words.subarray(2, 4)], [rest?.labels.length, rest?.classes])
  assert.notEqual((await read()).etag, sound.etag)
  db.run(turn, -1, first)
  db.close()
  assert.deepEqual((await read()).words, sound.words)
})

test('a part that its run did not keep comes back empty, between others', async () => {
  const spec = cloudsSpec(1, { dataset: { name: 'clouds', validation: 0 } })
  const { run: bare } = await (await lab.core.runs.launch(spec)).finished
  const [own] = lab.core.store.read.snapshots(bare.id)
  const [first] = snapshots
  const bytes = await (await get(predictionsUrl([own?.id ?? 0, first?.id ?? 0], 'validation'))).arrayBuffer()
  const view = new DataView(bytes)
  assert.deepEqual(
    [0, 4].map((at) => view.getUint32(at, true)),
    [0, 0],
  )
  assert.equal(
    view.getUint32(8, true),
    lab.core.store.read.predictions(first?.id ?? 0, 'validation')?.labels.length,
  )
})

const choose = (method: EnsembleChoice['method'], ...weights: number[]): EnsembleChoice => ({
  method,
  members: weights.map((weight, i) => ({ snapshotId: snapshots[i]?.id ?? 0, weight })),
})

test("an ensemble's predictions are what its members' stored ones come to", async () => {
  const members = snapshots.map(({ id }) => lab.core.store.read.predictions(id, 'test'))
  const labels = [...(members[0]?.labels ?? [])]
  const p = (k: number, i: number, c: number): number => members[k]?.probs[3 * i + c] ?? Number.NaN
  const expected: Record<EnsembleChoice['method'], (i: number, c: number) => number> = {
    average: (i, c) => (p(0, i, c) + p(1, i, c) + p(2, i, c)) / 3,
    weighted: (i, c) => (2 * p(0, i, c) + p(1, i, c) + p(2, i, c)) / 4,
    logitAverage(i, c) {
      const powers = [0, 1, 2].map((at) => Math.cbrt(p(0, i, at) * p(1, i, at) * p(2, i, at)))
      return (powers[c] ?? 0) / powers.reduce((a, b) => a + b)
    },
  }
  for (const [method, probability] of Object.entries(expected)) {
    const choice = choose(z.enum(['average', 'weighted', 'logitAverage']).parse(method), 2, 1, 1)
    const rows = table((await saved(ensemblePredictionsUrl(choice, 'test'))).bytes)
    assert.equal(rows.length, labels.length)
    for (const [i, row] of rows.entries()) {
      const wanted = [0, 1, 2].map((c) => probability(i, c))
      const got = ['a', 'b', 'c'].map((each) => Number(row[`probability ${each}`]))
      for (const c of [0, 1, 2])
        assert.ok(Math.abs((got[c] ?? 9) - (wanted[c] ?? 0)) < 1e-6, `${method} ${i} ${c}`)
      assert.equal(row.label, 'abc'[labels[i] ?? 9])
      assert.equal(row.predicted, 'abc'[wanted.indexOf(Math.max(...wanted))])
    }
  }
})

test('predictions are the same numbers in every format, with the place of every example in its data set', async () => {
  const { folder } = await lab.core.catalogue.resolve(run.datasetId)
  const { meta, labels: all } = await openDataset(folder)
  for (const part of ['validation', 'test'] as const) {
    const places = [...splitDataset(all, meta, run.spec.dataset)[part]]
    const labels = places.map((place) => all[place] ?? Number.NaN)
    const choice = choose('weighted', 1, 3)
    const [csv, parquet, npy, npz] = await Promise.all(
      predictionFormats.map(
        async (format) => (await saved(ensemblePredictionsUrl(choice, part, format))).bytes,
      ),
    )
    assert.ok(csv && parquet && npy && npz)
    const rows = table(csv)
    const wanted = rows.flatMap((row) => ['a', 'b', 'c'].map((each) => Number(row[`probability ${each}`])))
    assert.deepEqual(
      rows.map(({ index, label }) => [Number(index), label]),
      places.map((place, i) => [place, 'abc'[labels[i] ?? 9]]),
    )
    const stored = await rowsIn(parquet)
    assert.deepEqual(
      stored.flatMap(({ p_0, p_1, p_2 }) => [p_0, p_1, p_2]),
      wanted,
    )
    assert.deepEqual(
      stored.map(({ index, label }) => [Number(index), Number(label)]),
      places.map((place, i) => [place, labels[i]]),
    )
    const arrays = await arraysOf('predictions.npz', npz)
    assert.deepEqual([...arrays.keys()], ['probabilities', 'labels', 'examples'])
    assert.deepEqual(arrays.get('probabilities'), wanted)
    assert.deepEqual([arrays.get('labels'), arrays.get('examples')], [labels, places])
    assert.deepEqual([...(await arraysOf('predictions.npy', npy)).values()], [wanted])
  }
})

test('a study and an answer to SQL leave as Parquet, with the values that the store holds', async () => {
  const id = await lab.core.studies.launch({
    name: 'rates "α"',
    kind: 'sweep',
    base: cloudsSpec(1),
    axes: [{ path: 'batchSize', values: [8, 16] }],
  })
  const { cells } = lab.core.store.read.study(id)
  const wanted = cells.map(({ runId, settings, status }) => [runId, settings.batchSize, status])
  const { bytes, disposition } = await saved(studyTableUrl(id, 'parquet'))
  assert.match(decodeURIComponent(disposition), /rates-α-\w+\.parquet/)
  assert.deepEqual(
    (await rowsIn(bytes)).map((row) => [row.runId, Number(row['settings.batchSize']), row.status]),
    wanted,
  )
  const csv = table((await saved(studyTableUrl(id, 'csv'))).bytes)
  assert.deepEqual(
    csv.map((row) => [row.runId, Number(row['settings.batchSize']), row.status]),
    wanted,
  )
  const answer = await saved(
    sqlParquetUrl('SELECT id, cycle, test_accuracy FROM snapshots_view ORDER BY id LIMIT 3', 10),
  )
  assert.deepEqual(
    (await rowsIn(answer.bytes)).map(({ id: each, cycle, test_accuracy }) => [
      Number(each),
      Number(cycle),
      test_accuracy,
    ]),
    snapshots.map((each) => [each.id, each.cycle, each.testAccuracy]),
  )
})

test('an answer that nobody takes leaves no file behind', async (t) => {
  const { TMPDIR } = process.env
  const temp = path.join(lab.home, 'temp')
  mkdirSync(temp)
  process.env.TMPDIR = temp
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  const url = `http://127.0.0.1:7341${sqlParquetUrl('SELECT 1', 10)}`
  const answer = await files(new Request(url, { method: 'HEAD' }))
  assert.equal(readdirSync(temp).length, 1)
  await answer?.body?.cancel()
  assert.deepEqual(readdirSync(temp), [], 'as a server does for HEAD')
  await (await files(new Request(url)))?.bytes()
  assert.deepEqual(readdirSync(temp), [])
})

const rowsIn = (bytes: Buffer) => parquetReadObjects({ file: new Uint8Array(bytes).buffer })

/** The arrays of a NumPy file, as our own reader (held against NumPy elsewhere) finds them. */
async function arraysOf(name: string, bytes: Buffer): Promise<Map<string, number[]>> {
  const file = path.join(lab.home, name)
  writeFileSync(file, bytes)
  const found = new Map<string, number[]>()
  for (const each of await openTables(file)) {
    const [column] = each.columns
    assert.ok(column)
    const values: number[] = []
    for await (const { columns } of each.batches([column.name]))
      values.push(...Array.from(columns[0] ?? [], Number))
    found.set(column.name, values)
  }
  return found
}

test('averaged weights leave as one model in every format, which answers as the average that was scored', async () => {
  const members = choose('average', 1, 3).members
  const averaged = await lab.core.ensembles.averaged(
    members.map(({ snapshotId, weight }) => ({ snapshotId, weight: weight / 4 })),
  )
  const { bytes, disposition } = await saved(averagedModelUrl(members, 'onnx'))
  assert.match(disposition, /averaged-weights\.onnx"/)
  const { folder } = await lab.core.catalogue.resolve(run.datasetId)
  const { meta, examples, labels } = await openDataset(folder)
  const { test: part } = splitDataset(labels, meta, run.spec.dataset)
  const raw = Float32Array.from([...part].flatMap((i) => [...examples.subarray(i * 4, (i + 1) * 4)]))
  const session = await ort.InferenceSession.create(bytes)
  const { probabilities } = await session.run({ input: new ort.Tensor('float32', raw, [part.length, 4]) })
  const wanted = averaged.predictions.find((each) => each.part === 'test')?.probs ?? []
  const got = Array.from(probabilities?.data ?? [], Number)
  assert.equal(got.length, wanted.length)
  for (const [i, p] of got.entries())
    assert.ok(Math.abs(p - (wanted[i] ?? Number.NaN)) < 1e-5, `${p} at ${i}`)
  const tensors = (await saved(averagedModelUrl(members, 'safetensors'))).bytes
  for (const { data } of averaged.tensors) assert.ok(tensors.includes(Buffer.from(data)))
  const tfjs = await untar((await saved(averagedModelUrl(members, 'tfjs'))).bytes)
  assert.deepEqual(
    tfjs.get('averaged-weights/weights.bin'),
    Buffer.concat(averaged.tensors.map(({ data }) => Buffer.from(data))),
  )
  const { userDefinedMetadata } = z
    .object({
      userDefinedMetadata: z.object({
        testAccuracy: z.number(),
        members: z.array(z.looseObject({ weight: z.number() })),
      }),
    })
    .parse(json(tfjs.get('averaged-weights/model.json')))
  assert.equal(userDefinedMetadata.testAccuracy, averaged.testAccuracy)
  assert.deepEqual(
    userDefinedMetadata.members.map(({ weight }) => weight),
    [0.25, 0.75],
  )
})

test('a weighted mean of stored predictions is worked out where they are, of members that were asked the same', async () => {
  const members = snapshots.map(({ id }, k) => ({ snapshotId: id, weight: k + 1 }))
  const stored = snapshots.map(({ id }) => lab.core.store.read.predictions(id, 'test'))
  const answer = await get(mixtureUrl(members, 'test'))
  const found = parseMixture(await answer.arrayBuffer())
  assert.deepEqual(found?.truth, { labels: stored[0]?.labels, classes: 3 })
  assert.deepEqual(
    found.probs,
    combine(
      stored.map((each) => ({ probs: each?.probs ?? new Float32Array() })),
      3,
      { kind: 'weighted', weights: members.map(({ weight }) => weight) },
    ),
  )
  assert.equal((await get(mixtureUrl([{ snapshotId: 999_999, weight: 1 }], 'test'))).status, 404)
  for (const broken of [
    '/data/mixture/test',
    '/data/mixture/train?members=1:1',
    '/data/mixture/test?members=1:0',
  ])
    assert.equal((await get(broken)).status, 400, broken)
})

const ensembleFile = z.object({
  method: z.string(),
  classes: z.array(z.string()),
  members: z.array(z.looseObject({ path: z.string(), weight: z.number(), snapshotId: z.number() })),
})

test("an ensemble's models come with how they are combined", async () => {
  for (const format of ['tfjs', 'safetensors'] as const) {
    const entries = await untar((await saved(ensembleModelsUrl(choose('weighted', 1, 3), format))).bytes)
    const [first = ''] = entries.keys()
    assert.equal(first, 'ensemble/ensemble.json')
    const described = ensembleFile.parse(json(entries.get(first)))
    assert.deepEqual(described.classes, ['a', 'b', 'c'])
    assert.deepEqual(
      described.members.map(({ weight }) => weight),
      [0.25, 0.75],
    )
    for (const { path: file } of described.members)
      assert.ok((entries.get(`ensemble/${file}`)?.byteLength ?? 0) > 100, file)
  }
})

test('an ONNX file takes the examples as they are stored, and answers what the stored predictions come to', async () => {
  const { folder } = await lab.core.catalogue.resolve(run.datasetId)
  const { meta, examples, labels } = await openDataset(folder)
  const { test: part } = splitDataset(labels, meta, run.spec.dataset)
  const size = meta.shape.reduce((product, n) => product * n, 1)
  const raw = Float32Array.from([...part].flatMap((i) => [...examples.subarray(i * size, (i + 1) * size)]))
  const input = new ort.Tensor('float32', raw, [part.length, ...meta.shape])
  const stored = snapshots.map(({ id }) => lab.core.store.read.predictions(id, 'test')?.probs ?? [])
  const choice = choose('weighted', 1, 3)
  const wanted: [url: string, probability: (i: number) => number][] = [
    [snapshotDownloadUrl(snapshots[1]?.id ?? 0, 'onnx'), (i) => stored[1]?.[i] ?? Number.NaN],
    [
      ensembleModelsUrl(choice, 'onnx'),
      (i) => 0.25 * (stored[0]?.[i] ?? Number.NaN) + 0.75 * (stored[1]?.[i] ?? Number.NaN),
    ],
  ]
  for (const [url, probability] of wanted) {
    const { bytes, disposition } = await saved(url)
    assert.match(disposition, /\.onnx"/)
    const session = await ort.InferenceSession.create(bytes)
    const { probabilities } = await session.run({ input })
    const got = Array.from(probabilities?.data ?? [], Number)
    assert.equal(got.length, 3 * part.length)
    for (const [i, p] of got.entries())
      assert.ok(Math.abs(p - probability(i)) < 1e-5, `${p} at ${i} of ${url}`)
  }
})

test('sample pictures are pictures', async () => {
  const folder = path.join(lab.home, 'shades')
  for (const shade of ['bright', 'dark']) {
    mkdirSync(path.join(folder, shade), { recursive: true })
    for (let i = 0; i < 6; i++) {
      const background = shade === 'dark' ? { r: 0, g: 0, b: i } : { r: 255, g: 255, b: 250 + i }
      await sharp({ create: { width: 8, height: 6, channels: 3, background } })
        .png()
        .toFile(path.join(folder, shade, `${i}.png`))
    }
  }
  const { meta } = await lab.core.catalogue.import({
    format: 'images',
    path: folder,
    name: 'shades of grey/ü',
  })
  for (const key of [meta.id, meta.name]) {
    const answer = await get(samplesUrl(key, 1, 4))
    assert.equal(answer.headers.get('content-type'), 'image/png')
    const png = sharp(Buffer.from(await answer.arrayBuffer()))
    const { width, height } = await png.metadata()
    assert.equal((width ?? 0) / (height ?? 1), (4 * (meta.shape[1] ?? 0)) / (meta.shape[0] ?? 1))
    assert.ok((await png.stats()).channels[0]?.max === 0, 'class 1 is the dark one')
    assert.equal(/immutable/.test(answer.headers.get('cache-control') ?? ''), key === meta.id)
  }
})

test('the moving average of weights comes in every format, named as one, and only where it is kept', async () => {
  const spec = { ...cloudsSpec(1), name: 'averaged', ema: { decay: 0.5 } }
  const averaged = (await (await lab.core.runs.launch(spec)).finished).run
  const [snapshot] = lab.core.store.read.snapshots(averaged.id)
  assert.ok(snapshot)
  const { tensors } = lab.core.store.read.snapshotModel(snapshot.id)
  const { bytes, disposition } = await saved(snapshotDownloadUrl(snapshot.id, 'safetensors', 'ema'))
  assert.match(disposition, /averaged-\w+-cycle-1-average\.safetensors/)
  const own = (await saved(snapshotDownloadUrl(snapshot.id, 'safetensors'))).bytes
  for (const { role, data } of tensors) {
    const [inAverage, inOwn] = [bytes, own].map((file) => file.includes(Buffer.from(data)))
    if (role === 'ema') assert.ok(inAverage && !inOwn)
    if (role === 'weight') assert.ok(inOwn && !inAverage)
  }
  for (const format of ['tfjs', 'onnx'] as const) await saved(snapshotDownloadUrl(snapshot.id, format, 'ema'))
  const without = await get(snapshotDownloadUrl(snapshots[0]?.id ?? 0, 'onnx', 'ema'))
  assert.equal(without.status, 400)
  assert.match(await without.text(), /keeps no moving average/)
})

test('what is not there is 404 in a sentence, what is wrong is 400, and no other address is ours', async () => {
  const id = snapshots[0]?.id ?? 0
  const missing = [
    '/download/runs/zzz/csv',
    '/download/run-table.csv?ids=zzz',
    `/download/run-table.csv?ids=${run.id},zzz`,
    '/download/snapshots/999999/tfjs',
    '/data/predictions/999999/test',
    '/data/samples/nothing/0.png?count=3',
    '/download/ensemble/predictions.csv?part=test&method=average&members=999999:1',
    '/download/ensemble/tfjs.tar?method=average&members=999999:1',
    '/download/averaged/onnx?members=999999:1',
    '/download/studies/zzz.parquet',
  ]
  const wrong = [
    `/download/runs/${run.id}/exe`,
    `/download/snapshots/${id}/pickle`,
    `/download/snapshots/${id}/tfjs?weights=best`,
    '/download/snapshots/x/tfjs',
    '/download/snapshots/-1/tfjs',
    `/data/predictions/${id}/train`,
    `/data/predictions/1e3/test`,
    '/download/run-table.csv',
    '/download/run-table.csv?ids=',
    '/download/ensemble/predictions.csv',
    `/download/ensemble/predictions.csv?part=test&method=average&members=${id}:1,${id}:2`,
    `/download/ensemble/predictions.csv?part=test&method=average&members=${id}:0`,
    `/download/ensemble/predictions.csv?part=test&method=average&members=${id}:-1`,
    `/download/ensemble/predictions.csv?part=test&method=average&members=${id}:1e999`,
    `/download/ensemble/predictions.csv?part=all&method=average&members=${id}:1`,
    `/download/ensemble/predictions.npz?part=all&method=average&members=${id}:1`,
    `/download/ensemble/tfjs.tar?method=magic&members=${id}:1`,
    `/download/averaged/pickle?members=${id}:1`,
    '/download/averaged/onnx',
    '/download/sql.parquet',
    '/download/sql.parquet?sql=DELETE%20FROM%20runs',
    '/download/sql.parquet?sql=SELECT%201&seconds=never',
    '/data/samples/clouds/0.png?count=3',
    '/data/samples/clouds/0.png?count=101',
    '/data/samples/clouds/x.png?count=1',
    '/data/samples/%E0%A4%A/0.png?count=1',
  ]
  for (const [status, urls] of [
    [404, missing],
    [400, wrong],
  ] as const) {
    for (const url of urls) {
      const answer = await get(url)
      const words = await answer.text()
      assert.equal(answer.status, status, `${url}: ${words}`)
      assert.match(words, /^[A-Z][^\n]*\.\n$/, url)
      assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    }
  }
  for (const url of [
    '/',
    '/data',
    '/download/runs',
    '/download/runs/a/b/c',
    '/downloads/x',
    '/data/predictions/1/test/',
  ])
    assert.equal(await files(new Request(`http://127.0.0.1${url}`)), undefined, url)
})

test('no address is an error of ours', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'data',
      'download',
      'runs',
      'predictions',
      'samples',
      'snapshots',
      'ensemble',
      'csv',
      'test',
      'tfjs.tar',
      '0.png',
      '1',
      run.id,
      'clouds',
      'predictions.csv',
      '..',
      '%00',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  )
  const query = fc.dictionary(
    fc.constantFrom('ids', 'count', 'members', 'method', 'part'),
    fc.oneof(fc.string(), fc.constantFrom('1:1', 'average', 'test', '-1', '1e9', 'zzz')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), query, async (pieces, given) => {
      const url = `http://127.0.0.1/${pieces.join('/')}?${new URLSearchParams(given)}`
      const answer = await files(new Request(url))
      if (answer !== undefined && answer.status !== 200)
        assert.match(await answer.text(), /^[A-Z][^\n]*\.\n$/, url)
      else await answer?.body?.cancel()
    }),
    { numRuns: 300 },
  )
})

test('a reader that has enough ends what writes the file', async () => {
  const answer = await get(runDownloadUrl(run.id, 'tensorboard'))
  const reader = answer.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  assert.ok(await get(runDownloadUrl(run.id, 'csv')))
})

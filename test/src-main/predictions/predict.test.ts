import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import { z } from 'zod'
import type { Predictor } from '../../../shared/api/predictions.ts'
import { openDataset, splitDataset } from '../../../src-main/datasets/index.ts'
import { predictedRows } from '../../../src-main/predictions/predictedRows.ts'
import { invokeHere } from '../cli/testTerminal.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'

/* Models asked about the very examples that they were scored on: the answers must be those that are stored. */

let lab: CoreLab
let rows: readonly string[]
let tableRun: string
let imageRun: string
let photos: string

before(async () => {
  lab = await openLab()
  rows = readFileSync(path.join(lab.home, 'clouds.csv'), 'utf8').trimEnd().split('\n')
  tableRun = (await (await lab.core.runs.launch(cloudsSpec(2))).finished).run.id
  photos = path.join(lab.home, 'photos')
  await writePhotos(photos)
  await lab.core.catalogue.import({ format: 'images', path: photos, name: 'photos' })
  const spec = cloudsSpec(2, { dataset: { name: 'photos' }, model: { kind: 'cnn', filters: [4], dense: 8 } })
  imageRun = (await (await lab.core.runs.launch(spec)).finished).run.id
})
after(() => lab.close())

/** Two classes of sixty images, 12 × 10, grey. */
async function writePhotos(folder: string): Promise<void> {
  for (const [c, name] of ['dark', 'light'].entries()) {
    mkdirSync(path.join(folder, name), { recursive: true })
    for (let i = 0; i < 60; i++) {
      const pixels = Buffer.from(
        Uint8Array.from({ length: 120 }, (_, p) => (97 * p + 31 * i + 70 * c * (p % 3)) % 256),
      )
      const file = path.join(folder, name, `${String(i).padStart(3, '0')}.png`)
      await sharp(pixels, { raw: { width: 10, height: 12, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(file)
    }
  }
}

async function ask(predictor: Predictor, asked: string) {
  const { classes, parts } = await lab.core.predictions.predict(predictor, { type: 'path', path: asked })
  const found = []
  const unusable: { name: string; why: string }[] = []
  for (;;) {
    const next = await parts.next()
    if (next.done) return { found, unusable, answer: next.value, classes }
    found.push(...predictedRows(next.value, classes.length))
    unusable.push(...next.value.unusable)
  }
}

/** Where the validation examples of a run stand among the training examples of its data. */
async function validationOf(runId: string): Promise<number[]> {
  const { datasetId, spec } = lab.core.store.read.run(runId)
  const { folder } = await lab.core.catalogue.resolve(datasetId)
  const { labels, meta } = await openDataset(folder)
  return [...splitDataset(labels, meta, spec.dataset).validation]
}

const snapshotsOf = (runId: string) => lab.core.store.read.snapshots(runId)

async function assertStored(runId: string, asked: string): Promise<void> {
  const places = await validationOf(runId)
  for (const { id } of snapshotsOf(runId)) {
    const { found, unusable } = await ask({ type: 'snapshot', id }, asked)
    assert.deepEqual(unusable, [])
    const stored = lab.core.store.read.predictions(id, 'validation')
    assert.ok(stored !== undefined && stored.labels.length > 10)
    for (const [k, place] of places.entries()) {
      const answered = found[place]?.probabilities ?? []
      const kept = stored.probs.subarray(k * stored.classes, (k + 1) * stored.classes)
      for (const [c, p] of kept.entries())
        assert.ok(Math.abs(p - (answered[c] ?? Number.NaN)) < 1e-6, `${id} ${place}`)
    }
  }
}

test('rows of the table have the probabilities that are stored, whatever order its columns stand in', async () => {
  await assertStored(tableRun, path.join(lab.home, 'clouds.csv'))
  const turned = path.join(lab.home, 'turned.csv')
  // Without the class, which nobody knows of a new example.
  const columns = rows.map((line) => line.split(','))
  const features = (columns[0] ?? []).map((name, c) => ({ name, c })).filter(({ name }) => name !== 'cloud')
  writeFileSync(
    turned,
    columns
      .map((cells) =>
        features
          .toReversed()
          .map(({ c }) => cells[c])
          .join(','),
      )
      .join('\n'),
  )
  await assertStored(tableRun, turned)
})

test('images of the folder have the probabilities that are stored', () => assertStored(imageRun, photos))

test('a saved ensemble answers as its stored members combine, by each method', async () => {
  const ids = snapshotsOf(tableRun).map(({ id }) => id)
  const [place = 0] = await validationOf(tableRun)
  const member = ids.map(
    (id) => lab.core.store.read.predictions(id, 'validation')?.probs.subarray(0, 3) ?? [],
  )
  const table = path.join(lab.home, 'clouds.csv')
  for (const method of ['average', 'logitAverage'] as const) {
    const result = lab.core.ensembles.evaluate({ runId: tableRun, method })
    const saved = lab.core.ensembles.save(method, result)
    const { found } = await ask({ type: 'ensemble', id: saved.id }, table)
    const mean = [0, 1, 2].map((c) => {
      const of = member.map((probs) => probs[c] ?? 0)
      return method === 'average'
        ? of.reduce((a, b) => a + b, 0) / of.length
        : Math.exp(of.reduce((a, b) => a + Math.log(b), 0) / of.length)
    })
    const sum = mean.reduce((a, b) => a + b, 0)
    for (const [c, p] of mean.entries())
      assert.ok(Math.abs(p / sum - (found[place]?.probabilities[c] ?? Number.NaN)) < 1e-6, method)
  }
})

test('averaged weights answer as the model that was scored', async () => {
  const result = await lab.core.ensembles.averageWeights({ runId: imageRun })
  const { id } = lab.core.ensembles.save('averaged', result)
  const { found } = await ask({ type: 'ensemble', id }, photos)
  const places = await validationOf(imageRun)
  const labels =
    lab.core.store.read.predictions(snapshotsOf(imageRun)[0]?.id ?? 0, 'validation')?.labels ?? []
  const right = places.filter((place, k) => found[place]?.predicted === labels[k]).length
  assert.ok(Math.abs(right / places.length - (result.validation?.accuracy ?? Number.NaN)) < 1e-9)
})

test('what must be changed is told file by file, and what cannot be read is listed and left out', async () => {
  const mixed = path.join(lab.home, 'mixed')
  mkdirSync(path.join(mixed, 'deep'), { recursive: true })
  const colour = { create: { width: 40, height: 24, channels: 3, background: '#c33' } } as const
  await sharp(colour).jpeg().toFile(path.join(mixed, 'colour.jpg'))
  writeFileSync(path.join(mixed, 'deep', 'fits.png'), readFileSync(path.join(photos, 'dark', '000.png')))
  writeFileSync(
    path.join(mixed, 'cut.png'),
    readFileSync(path.join(photos, 'dark', '000.png')).subarray(0, 60),
  )
  writeFileSync(path.join(mixed, 'notes.txt'), 'not an image')
  writeFileSync(path.join(mixed, 'pixels.csv'), 'pixel0\n7\n')
  const [snapshot] = snapshotsOf(imageRun)
  const { found, unusable, answer } = await ask({ type: 'snapshot', id: snapshot?.id ?? 0 }, mixed)
  assert.deepEqual(
    found.map(({ name, note }) => ({ name, note })),
    [
      { name: 'colour.jpg', note: 'scaled from 24 × 40 to 12 × 10 pixels with its edges cut, made grey' },
      { name: 'deep/fits.png', note: null },
    ],
  )
  assert.deepEqual(unusable, [
    { name: 'cut.png', why: 'the image is damaged or cut short' },
    { name: 'notes.txt', why: 'its content is neither PNG nor JPEG' },
    {
      name: 'pixels.csv',
      why: 'it is a table, and this model answers images: give its examples as PNG or JPEG, or import it with "anneal datasets import --as images" to train on it',
    },
  ])
  assert.deepEqual(answer, { rows: 2, unusable: 3, notes: [] })
  const told = await invokeHere(lab.home, ['predict', mixed, '--snapshot', String(snapshot?.id)])
  assert.equal(told.code, 1)
  assert.match(told.out, /^path,predicted,probability dark,probability light,note\n/)
  assert.equal(told.out.trimEnd().split('\n').length, 3)
  assert.match(told.err, /Left out: cut\.png \(the image is damaged or cut short\)\.\n/)
  assert.match(told.err, /Predicted 2 examples, 3 left out\.\n$/)
})

const report = z.object({
  predictions: z.array(
    z.object({ name: z.string(), predicted: z.string(), probabilities: z.array(z.number()) }),
  ),
  unusable: z.array(z.object({ name: z.string(), why: z.string() })),
})

test('rows with cells that are missing or no numbers are told by their line; JSON and CSV agree', async () => {
  const [header = '', first = '', second = ''] = rows
  const columns = header.split(',')
  const spoilt = (value: string) =>
    second
      .split(',')
      .with(
        columns.findIndex((name) => name !== 'cloud'),
        value,
      )
      .join(',')
  const file = path.join(lab.home, 'spoilt.csv')
  writeFileSync(file, [header, first, spoilt(''), spoilt('NA'), spoilt('many'), second].join('\n'))
  const [snapshot] = snapshotsOf(tableRun)
  const asked = ['predict', file, '--snapshot', String(snapshot?.id)]
  const json = await invokeHere(lab.home, [...asked, '--json'])
  const { predictions, unusable } = report.parse(JSON.parse(json.out))
  assert.deepEqual(
    predictions.map(({ name }) => name),
    ['2', '6'],
  )
  assert.deepEqual(
    unusable.map(({ name }) => name),
    ['3', '4', '5'],
  )
  assert.match(unusable[0]?.why ?? '', /the cell is empty/)
  assert.match(unusable[1]?.why ?? '', /NA says that the value is missing/)
  assert.match(unusable[2]?.why ?? '', /"many" is no number/)
  const out = path.join(lab.home, 'answers.csv')
  const csv = await invokeHere(lab.home, [...asked, '--out', out])
  assert.equal(csv.code, 1)
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(',').slice(0, 2)),
    predictions.map(({ name, predicted }) => [name, predicted]),
  )
})

test('what cannot be asked is one sentence, and writes nothing', async () => {
  const [snapshot] = snapshotsOf(tableRun)
  const id = String(snapshot?.id)
  const strange = path.join(lab.home, 'strange.csv')
  writeFileSync(strange, 'height,width\n1,2\n')
  const cases = [
    [
      ['predict', strange, '--snapshot', id],
      /does not name the columns? .*; name every column as in the training table/,
    ],
    [['predict', '/no/such/file', '--snapshot', id], /there is no such file or folder; check the path/],
    [['predict', strange], /give either --snapshot NUMBER or --ensemble NAME \(received neither\)/],
    [['predict', strange, '--snapshot', '999'], /999/],
    [['predict', strange, '--ensemble', 'nobody'], /no ensemble is named so either/],
  ] as const
  for (const [args, words] of cases) {
    const { code, out, err } = await invokeHere(lab.home, [...args])
    assert.equal(code, 2, err)
    assert.equal(out, '')
    assert.match(err, words)
    assert.equal(err.trimEnd().split('\n').length, 1, err)
  }
})

test('predictions that nobody waits for any more end', async () => {
  const [snapshot] = snapshotsOf(imageRun)
  const leave = new AbortController()
  const predictor = { type: 'snapshot', id: snapshot?.id ?? 0 } as const
  const { parts } = await lab.core.predictions.predict(
    predictor,
    { type: 'path', path: photos },
    leave.signal,
  )
  leave.abort()
  await assert.rejects(parts.next(), /cancelled/)
})

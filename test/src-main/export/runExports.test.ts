import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { runDownloadUrl, runTableUrl } from '../../../shared/api/urls.ts'
import { createFiles } from '../../../src-main/api/index.ts'
import { runCsv } from '../../../src-main/export/runCsv.ts'
import { runJson } from '../../../src-main/export/runJson.ts'
import { runsCsv } from '../../../src-main/export/runsCsv.ts'
import { runTensorboard } from '../../../src-main/export/runTensorboard.ts'
import { exportSnapshot } from '../../../src-main/export/snapshot.ts'
import type { EpochRecord, RunRecord } from '../../../src-main/store/types.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'
import { decode, records } from './eventFile.ts'

let lab: CoreLab
let run: RunRecord

before(async () => {
  lab = await openLab()
  run = (await (await lab.core.runs.launch(cloudsSpec(1))).finished).run
})
after(() => lab.close())

test('the table of runs says of each where it trains', () => {
  const { read, write, workers } = lab.core.store
  const { spec, datasetId, planned, totalSteps } = run
  const placed = write.enqueueRun({
    ...{ spec, datasetId, plan: planned.plan, totalSteps },
    placement: { at: 'anyWorker' },
  })
  const where = (id: string) => {
    const [names = [], row = []] = parse([...runsCsv([read.summary(id)])].join(''))
    return row[names.indexOf('where')]
  }
  assert.deepEqual([where(run.id), where(placed.id)], ['here', 'any worker'])
  const code = { codeHash: 'code', codeUntil: Date.now() + 1000 }
  const box = workers.invite({ name: 'gpu-box', ...code })
  assert.ok(workers.claim(placed.id, { workerId: box.id }))
  assert.equal(where(placed.id), 'gpu-box')
})

test('NaN and infinity are in every export, and told from what was not measured', () => {
  // Read as if it had diverged.
  const { read } = lab.core.store
  const last = run.totalSteps - 1
  const diverged = {
    ...read,
    *chunks(runId: string, series: string) {
      for (const { steps, values } of read.chunks(runId, series)) {
        if (series === 'accuracy') yield { steps: steps.subarray(0, -2), values: values.subarray(0, -2) }
        else if (series === 'loss')
          yield { steps, values: Float64Array.of(...values.subarray(0, -2), Infinity, Number.NaN) }
        else yield { steps, values }
      }
    },
    epochs: (runId: string): EpochRecord[] =>
      read.epochs(runId).map((epoch) => ({ ...epoch, trainLoss: Number.NaN, valLoss: null })),
  }
  const rows = [...runCsv(diverged, run.id, 'steps')].join('').trimEnd().split('\n')
  const [header = '', ...lines] = rows
  const cellsAt = (step: number) =>
    Object.fromEntries(header.split(',').map((name, i) => [name, lines[step]?.split(',')[i]]))
  assert.deepEqual([cellsAt(last).loss, cellsAt(last).accuracy], ['NaN', ''])
  assert.deepEqual([cellsAt(last - 1).loss, cellsAt(last - 1).accuracy], ['Infinity', ''])
  const [, epoch = ''] = [...runCsv(diverged, run.id, 'epochs')].join('').split('\n')
  assert.deepEqual([epoch.split(',')[2], epoch.split(',')[4]], ['NaN', ''])

  const document = JSON.parse([...runJson(diverged, run)].join(''))
  assert.deepEqual(document.series.loss.values.slice(-2), ['Infinity', 'NaN'])
  assert.deepEqual([document.epochs[0].trainLoss, document.epochs[0].valLoss], ['NaN', null])
  assert.equal(document.series.accuracy.steps.length, run.totalSteps - 2)
  assert.deepEqual(document.dataset, {
    name: 'clouds',
    kind: 'table',
    inputShape: [4],
    columns: ['w', 'x', 'y', 'z'],
    classes: ['a', 'b', 'c'],
  })

  const events = records(Buffer.concat([...runTensorboard(diverged, run).chunks])).map(decode)
  const point = (step: number, tag: string) =>
    events.flatMap((event) => (event.step === step ? event.values.filter(([own]) => own === tag) : []))
  assert.deepEqual(point(last, 'train/loss'), [['train/loss', Number.NaN]])
  assert.deepEqual(point(last - 1, 'train/loss'), [['train/loss', Infinity]])
  assert.deepEqual(point(last, 'train/accuracy'), [])
  assert.deepEqual(point(last, 'epoch/train_loss'), [['epoch/train_loss', Number.NaN]])
  assert.deepEqual(point(last, 'validation/loss'), [])
})

test('a model of a table says which input is which column, in both formats', () => {
  const { store } = lab.core
  const [snapshot] = store.read.snapshots(run.id)
  assert.ok(snapshot)
  const columns = ['w', 'x', 'y', 'z']
  const [tensors] = exportSnapshot(store, snapshot.id, 'safetensors')
  const bytes = Buffer.concat((tensors?.chunks ?? []).map((chunk) => Buffer.from(chunk)))
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8'))
  assert.deepEqual(JSON.parse(header.__metadata__.columns), columns)
  assert.deepEqual(JSON.parse(header.__metadata__.inputShape), [columns.length])
  const model = exportSnapshot(store, snapshot.id, 'tfjs').find(({ name }) => name === 'model.json')
  assert.deepEqual(JSON.parse(String(model?.chunks[0])).userDefinedMetadata.columns, columns)
})

test('a table of runs is safe in a spreadsheet, and as it is stored when asked', async () => {
  const name = '=HYPERLINK("http://x","y")'
  lab.core.store.write.annotate(run.id, { name, note: '@SUM(1)\u202e' })
  const files = createFiles(lab.core)
  const rowOf = async (url: string): Promise<Record<string, string>> => {
    const answer = await files(new Request(`http://127.0.0.1${url}`))
    assert.equal(answer?.status, 200)
    const [row = {}] = parse<Record<string, string>>(await answer.text(), { columns: true })
    return row
  }
  const safe = await rowOf(runTableUrl([run.id]))
  assert.deepEqual([safe.run, safe.note], [`'${name}`, "'@SUM(1)\\u202e"])
  const raw = await rowOf(runTableUrl([run.id], true))
  assert.deepEqual([raw.run, raw.note], [name, '@SUM(1)\u202e'])
  assert.equal(Number(raw['spec.batchSize']), 10)
  const svg = await files(new Request(`http://127.0.0.1${runDownloadUrl(run.id, 'svg')}`))
  assert.doesNotMatch((await svg?.text()) ?? '', /[\u0080-\u009f\u202e]/)
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server'
import fc from 'fast-check'
import { appRouter } from '../../../shared/api/router.ts'
import type { Services } from '../../../shared/api/services.ts'
import { addWorker } from '../../../shared/api/workers.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'

/*
 * Whatever comes in, a procedure answers or refuses it in one sentence: no input is an error of ours.
 */

let lab: CoreLab
let services: Services

before(async () => {
  lab = await openLab()
  services = createServices(lab.core, 'browser')
})
after(() => lab.close())

const spec = cloudsSpec(1)
const study = {
  kind: 'sweep',
  base: spec,
  axes: [{ path: 'schedule.lrMax', values: { from: 0.01, to: 0.1, count: 2, scale: 'log' } }],
  seeds: [1],
}

/** An input of each procedure that is of the right form, and speaks of nothing that is there. */
const inputs: Readonly<Record<string, unknown>> = {
  'runs.list': { of: 'current' },
  'runs.get': { id: 'zzz' },
  'runs.changes': {},
  'lab.health': {},
  'ensembles.line': { from: 998, to: 999 },
  'ensembles.averageLines': { snapshotIds: [997, 998, 999] },
  'predictions.input': { predictor: { type: 'snapshot', id: 999 } },
  'predictions.upload': {
    upload: '7b1f2a52-6c1c-4a53-9d0c-5f0f5d7f5a11',
    file: 0,
    name: 'a.png',
    content: 'YQ==',
  },
  'predictions.answer': {
    predictor: { type: 'ensemble', id: 999 },
    examples: { type: 'upload', upload: '7b1f2a52-6c1c-4a53-9d0c-5f0f5d7f5a12' },
  },
  'runs.watch': { id: 'zzz' },
  'runs.plan': { spec },
  'runs.estimate': { spec },
  'runs.launch': { spec, when: 'now' },
  'runs.place': { id: 'zzz', placement: { at: 'anyWorker' } },
  'runs.resume': { id: 'zzz' },
  'runs.extend': { id: 'zzz', cycles: 1 },
  'runs.moveQueued': { id: 'zzz', to: 'first' },
  'runs.command': { id: 'zzz', command: { type: 'annealNow', epochs: 2 } },
  'runs.annotate': { ids: ['zzz'], name: 'a', favourite: true, addTags: ['x'] },
  'runs.remove': { ids: ['zzz'] },
  'runs.restore': { ids: ['zzz'] },
  'runs.purge': { ids: ['zzz'] },
  'runs.branch': { runId: 'zzz', stepsDone: 3, kind: 'branch', spec, when: 'queue' },
  'rateTests.launch': { spec, settings: { from: 1e-5, steps: 50 }, snapshotId: 9, when: 'queue' },
  'rateTests.view': { id: 'zzz', maxPoints: 100 },
  'studies.changes': {},
  'studies.get': { id: 'zzz' },
  'studies.watch': { id: 'zzz' },
  'studies.plan': { spec: study },
  'studies.launch': { spec: study },
  'studies.command': { id: 'zzz', command: 'pause' },
  'studies.extend': { id: 'zzz', values: [{ path: 'schedule.lrMax', values: [0.2] }], seeds: [2], of: ['k'] },
  'studies.edit': { id: 'zzz', name: 'a', note: 'b', slots: 2 },
  'studies.remove': { id: 'zzz', runs: false },
  'studies.restore': { id: 'zzz' },
  'studies.rankTests': {
    ranks: [
      [1, 2, 3],
      [2, 1, 3],
    ],
  },
  'lab.setSlots': { processor: 1, graphics: 1 },
  'lab.useTensorflow': { environment: '/nowhere' },
  'series.view': {
    runId: 'zzz',
    series: ['loss'],
    fromStep: 0,
    toStep: 9,
    points: 100,
    smoothing: { kind: 'ema', weight: 0.5 },
  },
  'series.valuesAt': { runIds: ['zzz'], series: 'loss', step: 3 },
  'series.names': { id: 'zzz' },
  'elsewhere.unfollow': { path: '/nowhere/at/all' },
  'ensembles.list': { runId: 'zzz' },
  'ensembles.save': { name: 'e', method: 'average', members: [{ snapshotId: 1, weight: 1 }] },
  'ensembles.rename': { id: 1, name: 'e' },
  'ensembles.remove': { ids: [1] },
  'ensembles.restore': { ids: [1] },
  'ensembles.saveWeightAverage': { name: 'e', runId: 'zzz', snapshotIds: [1] },
  'ensembles.averageWeights': { runId: 'zzz', snapshotIds: [1] },
  'elsewhere.previewLog': { path: '/nowhere/at/all' },
  'elsewhere.importLog': {
    path: '/nowhere/at/all',
    name: 'a',
    follow: true,
    tagRoles: { 'custom/rate': 'learningRate' },
  },
  'elsewhere.lookAtPredictions': { path: '/nowhere/at/all.npy', labels: 'y' },
  'elsewhere.previewPredictions': {
    files: ['/nowhere/at/all.npy'],
    labels: 'y',
    dataset: { name: 'clouds', validation: 0.1 },
    part: 'test',
    as: 'logits',
  },
  'elsewhere.importPredictions': { files: ['/nowhere/at/all.npy'], part: 'validation', name: 'a' },
  'datasets.import': { format: 'csv', path: '/nowhere/at/all.csv', label: 'x' },
  'datasets.upload': { upload: 'zzz', files: [{ place: '../x', content: 'eHk=' }] },
  'datasets.dropUpload': { upload: 'zzz' },
  'datasets.preview': { format: 'csv', path: '/nowhere/at/all.csv' },
  'datasets.remove': { id: 'zzz' },
  'datasets.browse': { path: '/nowhere/at/all' },
  'datasets.columns': { path: '/nowhere/at/all.csv', delimiter: ',', header: true },
  'datasets.sample': { id: 'zzz' },
  'datasets.rows': { id: 'zzz', indices: [0] },
  'mistakes.place': { snapshotId: 999, part: 'test' },
  'workers.changes': {},
  'workers.add': { name: '-', address: '192.0.2.1' },
  'workers.inviteAgain': { id: 'zzzzzzzz', address: '192.0.2.1' },
  'workers.command': { id: 'zzzzzzzz', command: 'drain' },
  'workers.setSettings': { patience: 1 },
  'sql.ask': { sql: 'DELETE FROM runs' },
}
/** These take nothing. */
const withoutInput = [
  'sql.schema',
  'runs.launchDemo',
  'studies.list',
  'studies.presets',
  'lab.slots',
  'datasets.list',
  'elsewhere.followed',
  'lab.about',
  'workers.info',
  'lab.storage',
  'lab.devices',
  'lab.deviceComparisons',
  'lab.tensorflow',
]

interface Outcome {
  readonly error?: TRPCError
}

async function call(path: string, input: unknown): Promise<Outcome> {
  const procedure = Reflect.get(appRouter._def.procedures, path)
  const ending = new AbortController()
  try {
    const result: unknown = await procedure({
      ctx: services,
      path,
      type: procedure._def.type,
      getRawInput: async () => input,
      signal: ending.signal,
      batchIndex: 0,
    })
    if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result) {
      for await (const _ of Object(result)) break
    }
    return {}
  } catch (error) {
    return { error: getTRPCErrorFromUnknown(error) }
  } finally {
    ending.abort()
  }
}

/** Refused in one sentence that says what was being done. */
function assertRefused(path: string, input: unknown, { error }: Outcome): void {
  const shown = `${path} of ${JSON.stringify(input)?.slice(0, 300)}: ${error?.cause?.stack ?? error?.message}`
  assert.ok(error instanceof TRPCError, `${path} took ${JSON.stringify(input)}`)
  assert.equal(error.code, 'BAD_REQUEST', shown)
  assert.match(error.message, /^[A-Z][^\n]*\.$/, shown)
}

test('every procedure is called here', () => {
  assert.deepEqual(
    Object.keys(appRouter._def.procedures).toSorted(),
    [...Object.keys(inputs), ...withoutInput].toSorted(),
  )
})

const wrong: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(undefined, null, '', 'x', -1, 1.5, 1e308, Number.NaN, [], [[]], {}, true, '__proto__'),
  fc.constant('x'.repeat(200_000)),
  fc.constant(Object.fromEntries([['__proto__', 1]])),
)

/** The input with one of its values replaced, taken away, or one added. */
function mutated(input: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(input)
  return fc
    .record({
      place: fc.constantFrom(...places),
      how: fc.constantFrom('replace', 'drop', 'add'),
      value: wrong,
    })
    .map(({ place, how, value }) => {
      const copy = { root: structuredClone(input) }
      const path = ['root', ...place]
      let parent: object = copy
      for (const key of path.slice(0, -1)) parent = Object(Reflect.get(parent, key))
      const last = path.at(-1) ?? 'root'
      if (how === 'replace') Reflect.set(parent, last, value)
      else if (how === 'drop') Reflect.deleteProperty(parent, last)
      else Reflect.set(Object(Reflect.get(parent, last)), 'unheardOf', value)
      return copy.root
    })
}

function placesOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...at, key]))]
}

for (const [path, input] of Object.entries(inputs)) {
  test(`${path}: nothing that comes in is an error of ours`, async () => {
    // What a run of these would do is tested elsewhere; here none may begin.
    const starts = path === 'runs.launch' || path === 'runs.estimate'
    await fc.assert(
      fc.asyncProperty(fc.oneof(wrong, mutated(input)), async (given) => {
        if (
          starts &&
          (await call('runs.plan', Object(given).spec === undefined ? given : { spec: Object(given).spec }))
            .error === undefined
        )
          return
        if (path === 'studies.launch' && (await call('studies.plan', given)).error === undefined) return
        // A worker that is invited is listened for.
        if (path === 'workers.add' && addWorker.safeParse(given).success) return
        // A test that speaks of no snapshot would begin with fresh weights.
        if (path === 'rateTests.launch' && Object(given).snapshotId === undefined) return
        const outcome = await call(path, given)
        if (outcome.error !== undefined) assertRefused(path, given, outcome)
      }),
      { numRuns: 150 },
    )
    assert.deepEqual(lab.core.store.read.runs(), [], 'nothing is stored')
  })
}

for (const path of Object.keys(inputs).filter(
  (each) =>
    !/changes|health|list|plan|estimate|(runs|studies).launch$|valuesAt|rankTests|setSlots|upload/.test(each),
)) {
  test(`${path}: what it speaks of is not there, and it says so`, async () => {
    assertRefused(path, inputs[path], await call(path, inputs[path]))
  })
}

for (const path of [
  'datasets.list',
  'elsewhere.followed',
  'lab.about',
  'lab.storage',
  'runs.changes',
  'lab.health',
  'ensembles.list',
  'series.valuesAt',
])
  test(`${path} answers where nothing is stored`, async () => {
    assert.deepEqual(await call(path, inputs[path]), {})
  })

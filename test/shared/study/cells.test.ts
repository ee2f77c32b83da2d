import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { makeCell } from '../../../shared/study/makeCell.ts'
import { type PlannedStudy, planStudy } from '../../../shared/study/planStudy.ts'
import { host } from './host.ts'

const base = { schedule: { kind: 'cosine', lrStart: 0.1 }, budget: { epochs: 2 }, dataset: { name: '2000' } }
const plan = (axes: unknown, more: object = {}) => planStudy({ kind: 'sweep', base, axes, ...more }, host)

/** Axes of all types, with values that their fields allow; some of them exclude each other. */
const lists: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'schedule.lrStart': fc.double({ min: 1e-5, max: 1, noNaN: true }),
  'schedule.delay': fc.double({ min: 0, max: 1, noNaN: true }),
  schedule: fc.constantFrom('rex', { preset: 'sgdr-1-2' }, { kind: 'linear', lrStart: 0.3 }, { run: 'kept' }),
  optimizer: fc.constantFrom('sgd', 'adam', 'rmsprop', { kind: 'sgd', momentum: 0 }),
  'optimizer.momentum': fc.constantFrom(0, 0.5, 0.9),
  'optimizer.nesterov': fc.boolean(),
  'optimizer.weightDecay': fc.constantFrom(0, 1e-4, 1e-3),
  'optimizer.decoupled': fc.boolean(),
  model: fc.constantFrom('softmax', { kind: 'mlp', hidden: [8] }),
  'model.hidden': fc.constantFrom([4], [8, 4]),
  batchSize: fc.integer({ min: 1, max: 3000 }),
  'dataset.name': fc.constantFrom('1000', '2000'),
  labelSmoothing: fc.constantFrom(0, 0.1),
}
const ranges: Readonly<Record<string, fc.Arbitrary<object>>> = {
  'schedule.lrStart': fc
    .tuple(fc.double({ min: 1e-6, max: 0.1, noNaN: true }), fc.integer({ min: 2, max: 5 }))
    .map(([from, count]) => ({ from, to: from * 50, count, scale: 'log' })),
  batchSize: fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 9 }))
    .map(([from, span, count]) => ({ from, to: from + span, count })),
}
interface WrittenAxis {
  path: string
  values: unknown
}
const axisOf = (path: string): fc.Arbitrary<WrittenAxis> => {
  const list = fc
    .uniqueArray(lists[path] ?? fc.constant(0), {
      minLength: 1,
      maxLength: 3,
      selector: (v) => JSON.stringify(v),
    })
    .map((values): WrittenAxis => ({ path, values }))
  const range = ranges[path]
  return range === undefined
    ? list
    : fc.oneof(
        list,
        range.map((values): WrittenAxis => ({ path, values })),
      )
}
const axes = fc
  .uniqueArray(fc.constantFrom(...Object.keys(lists)), { minLength: 1, maxLength: 4 })
  .chain((paths) => fc.tuple(...paths.map(axisOf)))
const search = fc.oneof(
  fc.constant({ method: 'grid' as const }),
  fc.constant({ method: 'oneAtATime' as const }),
  fc.record({
    method: fc.constantFrom('random' as const, 'quasiRandom' as const),
    cells: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer({ min: 0, max: 5 }),
  }),
)
const seeds = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 })

/** Undefined where every combination was left out, which is refused as a whole. */
async function planOrNothing(written: unknown, more: object) {
  try {
    return await plan(written, more)
  } catch (error) {
    assert.match(String(error), /none can be run|has no such field/)
    return undefined
  }
}
const keysOf = (study: Awaited<ReturnType<typeof planOrNothing>>) =>
  (study?.cells ?? []).map(({ key }) => key)

test('no key is there twice, and every spec of a cell is one that parses to itself', async () => {
  await fc.assert(
    fc.asyncProperty(axes, search, seeds, async (written, how, repeats) => {
      const study = await planOrNothing(written, { search: how, seeds: repeats })
      const keys = keysOf(study)
      assert.equal(new Set(keys).size, keys.length)
      for (const { spec, seed } of study?.cells ?? []) {
        assert.deepEqual(parseRunSpec(JSON.parse(JSON.stringify(spec))), spec)
        assert.equal(spec.seed, seed)
      }
    }),
    { numRuns: 80 },
  )
})

test('the order of axes changes no cell', async () => {
  await fc.assert(
    fc.asyncProperty(axes, search, async (written, how) => {
      const one = keysOf(await planOrNothing(written, { search: how }))
      const other = keysOf(await planOrNothing(written.toReversed(), { search: how }))
      assert.deepEqual(one.toSorted(), other.toSorted())
    }),
    { numRuns: 60 },
  )
})

test('the same study has the same cells', async () => {
  await fc.assert(
    fc.asyncProperty(axes, search, async (written, how) => {
      const [one, other] = [
        await planOrNothing(written, { search: how }),
        await planOrNothing(written, { search: how }),
      ]
      assert.deepEqual(one?.cells, other?.cells)
    }),
    { numRuns: 30 },
  )
})

test('a grid has every combination, made or left out with a reason, with every seed', async () => {
  await fc.assert(
    fc.asyncProperty(axes, seeds, async (written, repeats) => {
      const study = await planOrNothing(written, { seeds: repeats })
      if (study === undefined) return
      const settings = study.cells.length / repeats.length
      assert.equal(
        settings + study.leftOut.length,
        written.reduce((product, axis) => product * countIn(axis), 1),
      )
      for (const { reason, settings: told } of study.leftOut) {
        assert.ok(reason.length > 0)
        assert.deepEqual(Object.keys(told).sort(), written.map(({ path }) => path).sort())
      }
    }),
    { numRuns: 80 },
  )
})

/** Counted by the definition of a range: whole numbers are rounded, and there once. */
function countIn({ path, values }: WrittenAxis): number {
  if (Array.isArray(values)) return values.length
  const range = values as { from: number; to: number; count: number }
  if (path !== 'batchSize') return range.count
  const step = (range.to - range.from) / (range.count - 1)
  return new Set(Array.from({ length: range.count }, (_, i) => Math.round(range.from + i * step))).size
}

test('drawn values lie within their range, and whole numbers are whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('random', 'quasiRandom'),
      fc.integer({ min: 0, max: 99 }),
      async (method, seed) => {
        const study = await plan(
          [
            { path: 'schedule.lrStart', values: { from: 1e-3, to: 0.7, scale: 'log' } },
            { path: 'schedule.delay', values: { from: 0.1, to: 0.3 } },
            { path: 'batchSize', values: { from: 3, to: 40 } },
          ],
          { search: { method, cells: 20, seed } },
        )
        assert.equal(study.cells.length, 20)
        for (const { spec } of study.cells) {
          assert.ok(spec.schedule.kind === 'cosine')
          assert.ok(spec.schedule.lrStart >= 1e-3 && spec.schedule.lrStart <= 0.7)
          assert.ok(spec.schedule.delay >= 0.1 && spec.schedule.delay <= 0.3)
          assert.ok(Number.isInteger(spec.batchSize) && spec.batchSize >= 3 && spec.batchSize <= 40)
        }
      },
    ),
    { numRuns: 20 },
  )
})

test('more cells of a search keep those there were, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      axes,
      fc.constantFrom('random', 'quasiRandom'),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      async (written, method, cells, more) => {
        const few = keysOf(await planOrNothing(written, { search: { method, cells } }))
        const many = keysOf(await planOrNothing(written, { search: { method, cells: cells + more } }))
        assert.deepEqual(many.slice(0, few.length), few)
      },
    ),
    { numRuns: 60 },
  )
})

test('more values of an axis keep the cells of a grid that there were', async () => {
  await fc.assert(
    fc.asyncProperty(axes, fc.nat(), async (written, chosen) => {
      const axis = written[chosen % written.length]
      if (axis === undefined || !Array.isArray(axis.values) || axis.values.length < 2) return
      const fewer = { ...axis, values: axis.values.slice(0, -1) }
      const few = keysOf(
        await planOrNothing(
          written.map((one) => (one === axis ? fewer : one)),
          {},
        ),
      )
      const many = new Set(keysOf(await planOrNothing(written, {})))
      assert.ok(few.every((key) => many.has(key)))
    }),
    { numRuns: 60 },
  )
})

test('another seed of a search draws other values', async () => {
  const axis = [{ path: 'schedule.lrStart', values: { from: 0.001, to: 1 } }]
  for (const method of ['random', 'quasiRandom']) {
    const [one, other] = [
      await plan(axis, { search: { method, cells: 8, seed: 1 } }),
      await plan(axis, { search: { method, cells: 8, seed: 2 } }),
    ]
    assert.equal(new Set([...keysOf(one), ...keysOf(other)]).size, 16)
  }
})

test('quasi-random points leave no sixteenth of a square empty', async () => {
  const study = await plan(
    [
      { path: 'schedule.lrStart', values: { from: 0, to: 1 } },
      { path: 'schedule.delay', values: { from: 0, to: 1 } },
    ],
    { search: { method: 'quasiRandom', cells: 64 } },
  )
  const boxes = new Set(
    study.cells.map(({ settings }) =>
      [settings['schedule.lrStart'], settings['schedule.delay']].map((u) => Math.floor(4 * Number(u))).join(),
    ),
  )
  assert.equal(boxes.size, 16)
})

test('one at a time: the base, and every other value of every axis with all else as in the base', async () => {
  const study = await plan(
    [
      { path: 'schedule.lrStart', values: [0.1, 0.2] },
      { path: 'batchSize', values: [64, 256] },
    ],
    { search: { method: 'oneAtATime' } },
  )
  assert.deepEqual(
    study.cells.map(({ settings }) => settings),
    [
      { 'schedule.lrStart': 0.1, batchSize: 128 },
      { 'schedule.lrStart': 0.2, batchSize: 128 },
      { 'schedule.lrStart': 0.1, batchSize: 64 },
      { 'schedule.lrStart': 0.1, batchSize: 256 },
    ],
  )
})

test('senseless combinations are left out, each with its reason', async () => {
  const reasons = async (written: unknown, more: object = {}): Promise<string[]> =>
    (await plan(written, more)).leftOut.map(({ reason }) => reason)
  const momentum = { path: 'optimizer.momentum', values: [0.5, 0.9] }
  assert.deepEqual(await reasons([{ path: 'optimizer.kind', values: ['sgd', 'adam'] }, momentum]), [
    'Adam has no momentum',
    'Adam has no momentum',
  ])
  const [moved] = await reasons([{ path: 'schedule', values: ['one-cycle-fastai', 'rex'] }, momentum])
  assert.equal(
    moved,
    'optimizer.momentum changes nothing, as the schedule moves the momentum itself: the same run as with 0.5',
  )
  const [nesterov] = await reasons([
    { path: 'optimizer.momentum', values: [0, 0.9] },
    { path: 'optimizer.nesterov', values: [false, true] },
  ])
  assert.match(nesterov ?? '', /Nesterov needs a momentum above 0: the same run as with false/)
  const cyclical = { ...base, schedule: { kind: 'cyclical', lrMin: 0.01, lrMax: 0.1, stepUp: 1 } }
  assert.deepEqual(
    await reasons(
      [
        { path: 'schedule.lrMin', values: [0.01, 0.2] },
        { path: 'schedule.lrMax', values: [0.1, 0.3] },
      ],
      { base: cyclical },
    ),
    ['schedule.lrMin must be at most lrMax (received 0.2)'],
  )
  assert.deepEqual(await reasons([{ path: 'batchSize', values: [64, 5000] }]), [
    'batchSize must be at most the number of training examples, 2000 (received 5000)',
  ])
  const [model] = await reasons([
    { path: 'model', values: ['mlp', 'softmax'] },
    { path: 'model.hidden', values: [[8]] },
  ])
  assert.equal(model, 'a model of kind softmax has no hidden')
})

test('a schedule that cannot be planned at a rung is left out there and then', async () => {
  const study = await plan([{ path: 'schedule', values: ['rex', { kind: 'sgdr', lrMax: 0.1, t0: 0.005 }] }], {
    halving: { rungs: [0.1, 1] },
  })
  assert.equal(study.cells.length, 1)
  assert.deepEqual(
    study.leftOut.map(({ reason }) => reason),
    ['at a budget of 10 %: a cycle must last at least 0.01 steps (received 0.0075)'],
  )
})

test('what needs images is left out on a table, and refused where nothing else is asked for', async () => {
  const network = { kind: 'cnn', filters: [4] }
  const study = await plan([
    { path: 'model', values: ['softmax', network] },
    { path: 'dataset.name', values: ['1000', '777'] },
  ])
  assert.equal(study.cells.length, 3)
  assert.deepEqual(
    study.leftOut.map(({ reason }) => reason),
    ['the network cnn needs images, and the data set "777" is a table'],
  )
  const onTable = { ...base, dataset: { name: '777' } }
  const rates = [{ path: 'schedule.lrStart', values: [0.1, 0.2] }]
  await assert.rejects(plan(rates, { base: { ...onTable, model: network } }), {
    message: /of which none can be run; .*the network cnn needs images, and the data set "777" is a table/,
  })
  await assert.rejects(plan(rates, { base: { ...onTable, augmentation: { flip: true } } }), {
    message: /augmentation \(flip\) works on images, and the data set "777" is a table/,
  })
  await assert.rejects(
    planStudy(
      {
        kind: 'budget',
        base,
        schedules: [{ label: 'REX', spec: { kind: 'rex', lrStart: 0.1 } }],
        budgets: [1],
        tasks: [{ dataset: { name: '777' }, model: network }],
      },
      host,
    ),
    { message: /the network cnn needs images, and the data set "777" is a table/ },
  )
})

test('a network is left out where the images are too small for it', async () => {
  const study = await plan([{ path: 'model', values: ['densenet', 'vgg'] }])
  assert.equal(study.cells.length, 1)
  assert.deepEqual(
    study.leftOut.map(({ reason }) => reason),
    ['the network vgg needs images of at least 32×32 pixels, and those of the data set "2000" have 28×28'],
  )
})

test('values are shown as people write them, and no two look the same', async () => {
  const shown = async (path: string, values: unknown[]) =>
    (await plan([{ path, values }])).cells.map(({ settings }) => settings[path])
  assert.deepEqual(
    await shown('schedule', [
      { preset: 'sgdr-1-2' },
      { run: 'kept' },
      { kind: 'rex', lrStart: 0.1 },
      { label: 'mine', value: { kind: 'linear', lrStart: 1 } },
    ]),
    ['SGDR, T0 = 1, ×2', 'REX 0.3', 'REX 0.1', 'mine'],
  )
  assert.deepEqual(await shown('optimizer', ['adam', { kind: 'sgd', momentum: 0.8 }]), ['Adam', 'SGD 0.8'])
  assert.deepEqual(await shown('model.hidden', [[8], [8, 4]]), ['8', '8-4'])
  assert.deepEqual(await shown('schedule.update', ['epoch', { every: 5 }, { atFractions: [0.5, 0.75] }]), [
    'epoch',
    'every 5 steps',
    'at 50\u202f%, 75\u202f%',
  ])
})

test('the schedule of a stored run is kept with the study, as the run may be deleted', async () => {
  const study = await plan([{ path: 'schedule', values: [{ run: 'kept' }, 'rex'] }])
  assert.ok(study.spec.kind === 'sweep')
  const [axis] = study.spec.axes
  assert.ok(Array.isArray(axis?.values))
  assert.deepEqual(JSON.parse(JSON.stringify(axis.values[0])).value.lrStart, 0.3)
  const again = await planStudy(study.spec, { ...host, scheduleOf: () => assert.fail('asked again') })
  assert.deepEqual(keysOf(again), keysOf(study))
})

test('a thousand cells are planned in well under a second', async () => {
  const started = performance.now()
  const study = await plan([
    { path: 'schedule.lrStart', values: { from: 1e-4, to: 1, count: 50, scale: 'log' } },
    { path: 'optimizer.weightDecay', values: { from: 1e-6, to: 1e-2, count: 20, scale: 'log' } },
  ])
  assert.equal(study.cells.length, 1000)
  // 0.2 s on an idle core; the machine may be busy.
  assert.ok(performance.now() - started < 5000)
})

test('labels stay apart, also where somebody wrote what is added to equal ones', async () => {
  const at = (label: string, lr: number) => ({ label, spec: { kind: 'constant', lr } })
  const { cells } = await planStudy(
    {
      kind: 'budget',
      base: { budget: { epochs: 2 } },
      schedules: [at('A', 0.1), at('A', 0.2), at('A 0.1', 0.3), at('A 0.2 (2)', 0.4), at('A', 0.2000001)],
      budgets: [1],
      seeds: [1],
    },
    host,
  )
  assert.equal(new Set(cells.map(({ settings }) => settings.schedule)).size, 5)
})

test('what was shortened tells settings apart, in tables and in the names of runs', async () => {
  const shown = (study: PlannedStudy) => study.cells.map(({ settings }) => Object.values(settings).join(' '))
  const names = (study: PlannedStudy) => study.cells.map(({ spec }) => spec.name ?? '')
  const apart = (texts: readonly string[]): void =>
    assert.equal(new Set(texts).size, texts.length, `${texts}`)

  const close = await plan([{ path: 'schedule.lrStart', values: [0.10001, 0.10002] }])
  assert.deepEqual(names(close), ['lrStart 0.10001, seed 1', 'lrStart 0.10002, seed 1'])

  const sgdr = (lrMin: number) => ({ kind: 'sgdr', lrMax: 0.1, t0: 1, lrMin })
  const fields = await plan([{ path: 'schedule', values: [sgdr(0), sgdr(0.001)] }])
  assert.match(shown(fields)[1] ?? '', /lrMin 0\.001$/)
  apart(shown(fields))

  // The base's own value, which is none of the axis, beside one of its values.
  const one = await planStudy(
    {
      kind: 'sweep',
      base: { ...base, schedule: sgdr(0) },
      axes: [{ path: 'schedule', values: [sgdr(0.001)] }],
      search: { method: 'oneAtATime' },
    },
    host,
  )
  assert.equal(one.cells.length, 2)
  apart(shown(one))

  const long = 'x'.repeat(300)
  const label = (more: string, lrStart: number) => ({
    label: `${long}${more}`,
    value: { kind: 'rex', lrStart },
  })
  const cut = await plan([{ path: 'schedule', values: [label('a', 0.1), label('b', 0.2)] }], {
    seeds: [1, 2],
  })
  apart(names(cut))
  for (const name of names(cut)) assert.match(name, /^.{1,200}$/)
})

test('a name too long for a run loses settings, and keeps the seed and the share of the budget', () => {
  const cell = makeCell({
    role: 'cell',
    values: {},
    settings: { notes: 'x'.repeat(300) },
    stage: 0,
    seed: 17,
    budget: 0.25,
    spec: parseRunSpec({ ...base, dataset: { name: '2000' } }),
    planned: { plan: { totalSteps: 10, stepsPerEpoch: 5 }, totalSteps: 10, snapshots: 0 },
  })
  assert.equal(cell.spec.name?.length, 200)
  assert.match(cell.spec.name ?? '', /x…, 25 %, seed 17$/)
})

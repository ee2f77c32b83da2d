import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildTimetable } from '../../../shared/run/plan.ts'
import { compileSchedule } from '../../../shared/schedule/index.ts'
import type { CellOutcome } from '../../../shared/study/outcome.ts'
import type { PlannedCell } from '../../../shared/study/planner.ts'
import { planStudy } from '../../../shared/study/planStudy.ts'
import { nextStage } from '../../../shared/study/stages.ts'
import { host } from './host.ts'
import { diverged, ended, waiting } from './outcomes.ts'

const base = { schedule: { kind: 'sgdr', lrMax: 0.1, t0: 5 }, budget: { epochs: 10 } }
const rates = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32]
const halving = {
  kind: 'sweep',
  base,
  axes: [{ path: 'schedule.lrMax', values: rates }],
  seeds: [1, 2],
  halving: { rungs: [0.1, 0.5, 1] },
}
const rateOf = ({ settings }: { readonly settings: PlannedCell['settings'] }) =>
  Number(settings['schedule.lrMax'])
/** Best at 0.08. */
const accuracy = (cell: PlannedCell) => 0.9 - Math.abs(Math.log2(rateOf(cell) / 0.08)) / 10 + cell.seed / 1000

test('halving: the best third goes on at the next rung, in runs of their own with the schedule rescaled', async () => {
  const study = await planStudy(halving, host)
  assert.equal(study.cells.length, 12)
  for (const { budget, totalSteps, spec } of study.cells) {
    assert.equal(budget, 0.1)
    assert.equal(totalSteps, 84)
    assert.ok(spec.schedule.kind === 'sgdr' && spec.schedule.t0 === 0.5)
  }
  const first = study.cells.map((cell) => ended(cell, accuracy(cell)))
  const second = await nextStage(study.spec, first, host)
  assert.deepEqual([...new Set(second.map(rateOf))].sort(), [0.04, 0.08])
  assert.deepEqual(new Set(second.map(({ seed }) => seed)), new Set([1, 2]))
  for (const { stage, budget, totalSteps, spec } of second) {
    assert.deepEqual([stage, budget, totalSteps], [1, 0.5, 420])
    assert.ok(spec.schedule.kind === 'sgdr' && spec.schedule.t0 === 2.5)
  }
  const all = [...first, ...second.map((cell) => ended(cell, accuracy(cell)))]
  const last = await nextStage(study.spec, all, host)
  assert.deepEqual(
    last.map((cell) => [rateOf(cell), cell.seed, cell.budget, cell.totalSteps]),
    [
      [0.08, 1, 1, 840],
      [0.08, 2, 1, 840],
    ],
  )
  const whole = [...all, ...last.map((cell) => ended(cell, accuracy(cell)))]
  assert.deepEqual(await nextStage(study.spec, whole, host), [])
  assert.ok(study.runs >= whole.length)
  assert.ok(study.steps >= whole.reduce((sum, { totalSteps }) => sum + totalSteps, 0))
})

test('halving: nothing goes on while a run of the rung waits, and asking again adds nothing', async () => {
  const study = await planStudy(halving, host)
  const [one, ...others] = study.cells
  assert.ok(one)
  const open = [waiting(one), ...others.map((cell) => ended(cell, accuracy(cell)))]
  assert.deepEqual(await nextStage(study.spec, open, host), [])
  const closed = study.cells.map((cell) => ended(cell, accuracy(cell)))
  const next = await nextStage(study.spec, closed, host)
  const shuffled = await nextStage(study.spec, closed.toReversed(), host)
  assert.deepEqual(next.map(({ key }) => key).sort(), shuffled.map(({ key }) => key).sort())
  assert.deepEqual(await nextStage(study.spec, [...closed, ...next.map(waiting)], host), [])
})

test('halving: a setting that diverged with one seed does not go on, and where all did the study ends', async () => {
  const study = await planStudy(halving, host)
  const some = study.cells.map((cell) =>
    rateOf(cell) === 0.08 && cell.seed === 2 ? diverged(cell) : ended(cell, accuracy(cell)),
  )
  const next = await nextStage(study.spec, some, host)
  assert.ok(!next.some((cell) => rateOf(cell) === 0.08))
  assert.deepEqual(await nextStage(study.spec, study.cells.map(diverged), host), [])
})

test('halving: no other setting goes on in the place of one whose earlier run is deleted since', async () => {
  const study = await planStudy(halving, host)
  const first = study.cells.map((cell) => ended(cell, accuracy(cell)))
  const second = (await nextStage(study.spec, first, host)).map(waiting)
  const without = first.map(
    (cell): CellOutcome =>
      rateOf(cell) === 0.08 ? { ...cell, status: 'deleted', validationAccuracy: null } : cell,
  )
  assert.deepEqual(await nextStage(study.spec, [...without, ...second], host), [])
})

test('halving by loss: the lowest goes on', async () => {
  const study = await planStudy({ ...halving, objective: 'validationLoss' }, host)
  const cells = study.cells.map((cell) => ended(cell, 0.5, { validationLoss: rateOf(cell) }))
  const next = await nextStage(study.spec, cells, host)
  assert.deepEqual([...new Set(next.map(rateOf))].sort(), [0.01, 0.02])
})

const tuned = {
  kind: 'budget',
  base: { budget: { epochs: 10 } },
  schedules: [{ preset: 'rex' }, { spec: { kind: 'constant', lr: 0.1 } }],
  budgets: [0.1, 1],
  seeds: [3, 4],
  rates: { mode: 'tuned', factors: [0.1, 1, 10] },
}

test('tuning: every question is asked with each factor and the first seed, then with the best and all seeds', async () => {
  const study = await planStudy(tuned, host)
  assert.equal(study.cells.length, 12)
  assert.ok(study.cells.every(({ role, seed }) => role === 'tuning' && seed === 3))
  assert.equal(study.runs, 12 + 8)
  // REX is best at a tenth of its rate, the constant rate at its own.
  const score = ({ settings }: PlannedCell): number =>
    settings.rateFactor === (settings.schedule === 'REX' ? 0.1 : 1) ? 0.9 : 0.8
  const found = study.cells.map((cell) => ended(cell, score(cell)))
  const next = await nextStage(study.spec, found, host)
  assert.equal(next.length, 8)
  for (const { role, stage, settings, spec } of next) {
    assert.deepEqual([role, stage], ['cell', 1])
    assert.equal(settings.rateFactor, settings.schedule === 'REX' ? 0.1 : 1)
    const { lrMax } = compileSchedule(spec.schedule, { totalSteps: 100, stepsPerEpoch: 10 }).range
    assert.ok(Math.abs(lrMax - (settings.schedule === 'REX' ? 0.01 : 0.1)) < 1e-12)
  }
  const all = [...found, ...next.map((cell) => ended(cell, 0.9))]
  assert.deepEqual(await nextStage(study.spec, all, host), [])
})

test('tuning: a seed that the study is given later reaches questions that have another one of their own', async () => {
  const study = await planStudy(tuned, host)
  const found = study.cells.map((cell) => ended(cell, 0.5))
  const next = await nextStage(study.spec, found, host)
  const [own] = next
  assert.ok(own)
  const extra = { ...ended(own, 0.5), key: own.key.replace('"seed":3', '"seed":9'), seed: 9 }
  const all = [...found, ...next.map((cell) => ended(cell, 0.5)), extra]
  assert.ok(study.spec.kind === 'budget')
  const later = await nextStage({ ...study.spec, seeds: [3, 4, 5] }, all, host)
  assert.deepEqual(
    later.map(({ seed }) => seed),
    [5, 5, 5, 5],
  )
})

test('tuning: a question begins as soon as its own factors were tried, and is not asked where all of them diverged', async () => {
  const study = await planStudy(tuned, host)
  const isFirst = ({ settings, budget }: PlannedCell): boolean =>
    settings.schedule === 'REX' && budget === 0.1
  const isSecond = ({ settings, budget }: PlannedCell): boolean => settings.schedule === 'REX' && budget === 1
  const cells: CellOutcome[] = study.cells.map((cell) => {
    if (isFirst(cell)) return ended(cell, 0.5)
    return isSecond(cell) ? diverged(cell) : waiting(cell)
  })
  const next = await nextStage(study.spec, cells, host)
  assert.equal(next.length, 2)
  assert.ok(next.every((cell) => isFirst(cell)))
  // Of equals the lowest rate, which is the safer one.
  assert.ok(next.every(({ settings }) => settings.rateFactor === 0.1))
})

test('tuning: a factor that was found stays, though a tuning run is repeated with another end', async () => {
  const study = await planStudy(tuned, host)
  const found = study.cells.map((cell) => ended(cell, cell.settings.rateFactor === 1 ? 0.9 : 0.8))
  const next = await nextStage(study.spec, found, host)
  const repeated = study.cells.map((cell) => ended(cell, cell.settings.rateFactor === 10 ? 0.9 : 0.8))
  assert.deepEqual(await nextStage(study.spec, [...repeated, ...next.map(waiting)], host), [])
})

const trunk = {
  kind: 'trunk',
  base: { budget: { epochs: 10 } },
  lr: 0.2,
  budgets: [0.5, 1, 0.25],
  seeds: [1, 2],
}

test('a trunk and its cool-down have the rates of one trapezoid run, step by step', async () => {
  const study = await planStudy({ ...trunk, shapes: ['linear', '1-sqrt'] }, host)
  const trunks = study.cells.filter(({ role }) => role === 'trunk')
  assert.equal(trunks.length, 2)
  const cooldowns = await nextStage(
    study.spec,
    trunks.map((cell) => ended(cell, 0.9)),
    host,
  )
  assert.equal(cooldowns.length, 2 * 2 * 3)
  const [first] = trunks
  assert.ok(first)
  const stable = buildTimetable(first.spec, { plan: first.plan, edits: [] }).schedule
  for (const { spec, plan, after, budget, seed, totalSteps } of cooldowns) {
    const steps = Math.round(840 * budget)
    assert.equal(after?.key, trunks.find((cell) => cell.seed === seed)?.key)
    assert.equal((after?.stepsDone ?? 0) + totalSteps, steps)
    const cooling = buildTimetable(spec, { plan, edits: [] }).schedule
    assert.ok(spec.schedule.kind === 'trapezoid')
    for (let step = 0; step < steps; step++) {
      const branch = after?.stepsDone ?? 0
      const { lr } = step < branch ? stable.at(step) : cooling.at(step - branch)
      // Hägele et al. 2024, equation 1, with the warm-up of BERT's loop: (t + 1) / w.
      const u = (step - branch) / totalSteps
      const fall = spec.schedule.shape === 'linear' ? 1 - u : 1 - Math.sqrt(u)
      const wanted = 0.2 * Math.min(1, (step + 1) / 42) * (step < branch ? 1 : fall)
      assert.ok(Math.abs(lr - wanted) < 1e-12, `step ${step}: ${lr}, not ${wanted}`)
    }
  }
})

test('a trunk keeps a snapshot at every branching, and cool-downs begin as it goes past them', async () => {
  const study = await planStudy(trunk, host)
  const trunks = study.cells.filter(({ role }) => role === 'trunk')
  const [first, second] = trunks
  assert.ok(first && second)
  assert.deepEqual(first.spec.snapshots, { at: 'steps', steps: [168, 336, 672] })
  assert.equal(first.snapshots, 3)
  const at = (steps: number) => [ended(first, 0, { status: 'running', steps }), waiting(second)]
  const begun = async (steps: number) =>
    (await nextStage(study.spec, at(steps), host)).map(({ budget }) => budget)
  assert.deepEqual(await begun(168), [])
  assert.deepEqual(await begun(169), [0.25])
  assert.deepEqual(await begun(400), [0.25, 0.5])
})

test('separate runs of a trunk study have the budgets of its cool-downs, under cosine from the same rate', async () => {
  const study = await planStudy(trunk, host)
  const separate = study.cells.filter(({ role }) => role === 'separate')
  assert.deepEqual(
    separate.map(({ totalSteps, seed }) => [totalSteps, seed]),
    [210, 420, 840].flatMap((steps) => [1, 2].map((seed) => [steps, seed])),
  )
  for (const { spec, plan } of separate) {
    const { schedule } = buildTimetable(spec, { plan, edits: [] })
    const rates = Array.from({ length: plan.totalSteps }, (_, step) => schedule.at(step).lr)
    assert.equal(Math.max(...rates), 0.2)
    assert.ok((rates.at(-1) ?? 1) < 1e-4)
  }
  assert.equal((await planStudy({ ...trunk, separate: false }, host)).cells.length, 2)
})

test('a budget study has every schedule at every budget, each rescaled to it', async () => {
  const study = await planStudy(
    {
      kind: 'budget',
      base: { budget: { epochs: 10 } },
      schedules: [
        { preset: 'rex' },
        { label: 'drops', spec: { kind: 'multiStep', lr: 0.1, milestones: [5, 8] } },
      ],
      budgets: [1, 0.1],
      optimizers: [{ spec: { kind: 'sgd' } }, { spec: { kind: 'adam' } }],
      tasks: [{}, { label: 'wide', model: { hidden: [64] }, dataset: { name: '5000' } }],
      seeds: [1, 2, 3],
    },
    host,
  )
  assert.equal(study.cells.length, 2 * 2 * 2 * 2 * 3)
  assert.deepEqual(
    new Set(study.cells.map(({ settings }) => settings.task)),
    new Set(['fashion-mnist-12k, MLP 256', 'wide']),
  )
  assert.deepEqual(
    new Set(study.cells.map(({ settings }) => settings.optimizer)),
    new Set(['SGD 0.9', 'Adam']),
  )
  for (const { settings, budget, spec } of study.cells) {
    assert.deepEqual(spec.budget, { epochs: 10 * budget })
    assert.equal(spec.model.kind === 'mlp' && spec.model.hidden[0], settings.task === 'wide' ? 64 : 256)
    if (settings.schedule === 'drops') {
      assert.ok(spec.schedule.kind === 'multiStep')
      assert.deepEqual(spec.schedule.milestones, [5 * budget, 8 * budget])
    }
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { planStudy } from '../../../shared/study/planStudy.ts'
import { host } from './host.ts'

/* Every rule that a study can break, and the sentence that says so: the axis or field, the rule, the value. */

const base = { schedule: { kind: 'cosine', lrStart: 0.1 }, budget: { epochs: 2 } }
const sweep = (axes: unknown, more: object = {}) => ({ kind: 'sweep', base, axes, ...more })
const lrStart = (values: unknown) => sweep([{ path: 'schedule.lrStart', values }])
const study = (more: object = {}) => ({
  kind: 'budget',
  base: { budget: { epochs: 10 } },
  schedules: [{ preset: 'rex' }],
  ...more,
})
const trunk = (more: object = {}) => ({ kind: 'trunk', base: { budget: { epochs: 10 } }, lr: 0.1, ...more })

const refused: readonly (readonly [what: string, input: unknown, says: readonly string[]])[] = [
  ['no study at all', 3, ['must be a JSON object', '(received 3)']],
  ['an unknown kind', { kind: 'swep' }, ['kind', 'sweep, budget, trunk', 'did you mean sweep', '"swep"']],
  ['a misspelt field', sweep([], { axis: [] }), ['axis', 'did you mean axes']],
  ['no axes', sweep([]), ['axes', 'at least one axis', '[]']],
  [
    'an unknown path',
    sweep([{ path: 'schedule.lrstart', values: [1] }]),
    ['axis schedule.lrstart', 'did you mean schedule.lrStart'],
  ],
  [
    'an unknown part',
    sweep([{ path: 'optimzer.momentum', values: [0.5] }]),
    ['axis optimzer.momentum', 'did you mean optimizer.momentum'],
  ],
  [
    'a field of another kind',
    sweep([{ path: 'optimizer.beta1', values: [0.9] }]),
    ['axis optimizer.beta1', 'optimizer is sgd has no such field'],
  ],
  ['the name', sweep([{ path: 'name', values: ['a', 'b'] }]), ['axis name', 'not varied']],
  ['an empty axis', lrStart([]), ['axis schedule.lrStart', 'at least one value', '[]']],
  [
    'a list longer than any study',
    lrStart(Array.from({ length: 1_000_000 }, (_, i) => 1 + i)),
    ['axis schedule.lrStart', 'at most 10000 values'],
  ],
  [
    'a factor that is there twice',
    study({ rates: { mode: 'tuned', factors: [1, 3, 1] } }),
    ['rates.factors', 'once', '(received 1)'],
  ],
  ['a shape that is there twice', trunk({ shapes: ['linear', 'linear'] }), ['shapes', 'once', '"linear"']],
  ['values that are none', lrStart(0.1), ['axis schedule.lrStart', 'a list of values, or a range', '0.1']],
  [
    'an axis that is there twice',
    sweep([
      { path: 'batchSize', values: [8] },
      { path: 'batchSize', values: [16] },
    ]),
    ['axis batchSize', 'once'],
  ],
  [
    'a value that is there twice',
    lrStart([0.1, 0.2, 0.1]),
    ['axis schedule.lrStart', 'once', '(received 0.1)'],
  ],
  ['a value below its limit', lrStart([0.1, -1]), ['axis schedule.lrStart', 'at least 0', '(received -1)']],
  [
    'a value of another type',
    sweep([{ path: 'optimizer.nesterov', values: ['yes'] }]),
    ['axis optimizer.nesterov', 'true or false', '"yes"'],
  ],
  [
    'a number that is not whole',
    sweep([{ path: 'batchSize', values: [12.5] }]),
    ['axis batchSize', 'whole', '12.5'],
  ],
  [
    'no such kind',
    sweep([{ path: 'optimizer', values: ['adamx'] }]),
    ['axis optimizer', 'did you mean adam', 'adamx'],
  ],
  [
    'a whole schedule that is wrong',
    sweep([{ path: 'schedule', values: [{ kind: 'rex', lrStart: 'high' }] }]),
    ['axis schedule', 'lrStart', 'number'],
  ],
  [
    'no such preset',
    sweep([{ path: 'schedule', values: [{ preset: 'rexx' }] }]),
    ['axis schedule', 'no preset "rexx"'],
  ],
  ['no such run', sweep([{ path: 'schedule', values: [{ run: 'lost' }] }]), ['axis schedule', 'no run lost']],
  [
    'a log range from 0',
    lrStart({ from: 0, to: 1, scale: 'log' }),
    ['axis schedule.lrStart', 'begin above 0', '(received 0)'],
  ],
  ['a range that falls', lrStart({ from: 1, to: 0.1 }), ['axis schedule.lrStart', 'must rise', '"from":1']],
  ['a range of one value', lrStart({ from: 1, to: 1 }), ['axis schedule.lrStart', 'must rise']],
  ['a range without an end', lrStart({ from: 1 }), ['axis schedule.lrStart', 'to must be a number']],
  [
    'a range with a misspelt scale',
    lrStart({ from: 1, to: 2, scale: 'logs' }),
    ['axis schedule.lrStart', 'did you mean log'],
  ],
  [
    'a range outside of the limits',
    sweep([{ path: 'optimizer.momentum', values: { from: 0.5, to: 1 } }]),
    ['axis optimizer.momentum', 'below 1', '(received 1)'],
  ],
  [
    'a range of what is no number',
    sweep([{ path: 'schedule', values: { from: 1, to: 2 } }]),
    ['axis schedule', 'only a number has a range'],
  ],
  [
    'a data set that is gone',
    sweep([{ path: 'dataset.name', values: ['100', 'gone'] }]),
    ['axis dataset.name', 'no data set gone', '"gone"'],
  ],
  [
    "the base's data set gone",
    sweep([{ path: 'batchSize', values: [8] }], { base: { ...base, dataset: { name: 'gone' } } }),
    ["base's data set", 'no data set gone'],
  ],
  [
    'nothing to decide by',
    sweep([{ path: 'batchSize', values: [8] }], { base: { ...base, dataset: { validation: 0 } } }),
    ['validation', 'above 0', '(received 0)'],
  ],
  [
    'a base without a budget',
    { kind: 'sweep', base: { schedule: base.schedule }, axes: [{ path: 'batchSize', values: [8] }] },
    ["study's base", 'budget'],
  ],
  [
    'a batch larger than the data',
    sweep([{ path: 'batchSize', values: [20_000] }]),
    ['batchSize must be at most', '10800', '20000'],
  ],
  ['seeds twice', sweep([{ path: 'seed', values: [1, 2] }], { seeds: [1] }), ['axis seed', 'twice']],
  [
    'a seed twice',
    sweep([{ path: 'batchSize', values: [8] }], { seeds: [1, 1] }),
    ['seeds', 'once', '(received 1)'],
  ],
  [
    'rungs that fall',
    sweep([{ path: 'batchSize', values: [8] }], { halving: { rungs: [0.5, 0.1, 1] } }),
    ['halving.rungs', 'larger', '0.1'],
  ],
  [
    'rungs that end early',
    sweep([{ path: 'batchSize', values: [8] }], { halving: { rungs: [0.1, 0.5] } }),
    ['halving.rungs', 'last rung must be 1', '0.5'],
  ],
  ['no schedules', study({ schedules: [] }), ['schedules', 'at least one']],
  [
    'a schedule twice',
    study({ schedules: [{ preset: 'rex' }, { spec: { kind: 'rex', lrStart: 0.1 } }] }),
    ['schedule REX', 'once'],
  ],
  ['a wrong schedule', study({ schedules: [{ spec: { kind: 'rex' } }] }), ['schedule rex', 'lrStart']],
  [
    'an unknown preset of a study',
    study({ schedules: [{ preset: 'cosin' }] }),
    ['schedule cosin', 'no preset "cosin"'],
  ],
  [
    'a wrong optimizer',
    study({ optimizers: [{ spec: { kind: 'sgd', momentum: 1 } }] }),
    ['optimizer sgd', 'momentum', 'below 1'],
  ],
  [
    'a wrong task',
    study({ tasks: [{ label: 'mine', model: { kind: 'mpl' } }] }),
    ['task mine', 'model', 'did you mean mlp'],
  ],
  [
    'a task whose data set is gone',
    study({ tasks: [{ label: 'mine', dataset: { name: 'gone' } }] }),
    ['task mine', 'no data set gone'],
  ],
  ['a budget twice', study({ budgets: [0.5, 0.5] }), ['budgets', 'once', '0.5']],
  [
    'budgets of equally many steps',
    study({ budgets: [0.001, 0.0011, 1] }),
    ['budgets', '0.1 % and 0.11 % both come to 1 step'],
  ],
  [
    'a schedule that cannot be planned at 1 %',
    study({ schedules: [{ spec: { kind: 'sgdr', lrMax: 0.1, t0: 0.001 } }] }),
    ['schedule SGDR', 'budget of 1 %', 'a cycle must last at least 0.01 steps'],
  ],
  [
    'a budget of no step',
    study({ base: { budget: { epochs: 0.1 } } }),
    ['schedule REX at a budget of 1 %', 'at least one step'],
  ],
  [
    'rates that a factor makes too high',
    study({ rates: { mode: 'tuned', factors: [1, 1e9] } }),
    ['schedule REX', 'times 1000000000', 'at most'],
  ],
  ['a trunk without room', trunk({ budgets: [0.01, 1] }), ['a budget of 1 %', 'warm-up of 42 steps']],
  [
    'a trunk of equal branchings',
    trunk({ base: { budget: { steps: 10 } }, budgets: [0.9, 0.91, 1], warmup: 0 }),
    ['budgets', 'begin at the same step'],
  ],
  ['a trunk without a rate', trunk({ lr: 0 }), ['lr', 'above 0', '(received 0)']],
]

for (const [what, input, says] of refused) {
  test(`refused in one sentence: ${what}`, async () => {
    const error = await planStudy(input, host).then(
      () => assert.fail('it was planned'),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof UserError, String(error))
    assert.match(error.message, /^While (planning|reading) [^\n]*\.$/)
    for (const part of says) assert.ok(error.message.includes(part), `"${part}" is not in: ${error.message}`)
  })
}

test('a million runs are refused before one is made', async () => {
  const axes = [
    { path: 'schedule.lrStart', values: { from: 1e-4, to: 1, count: 1000 } },
    { path: 'batchSize', values: { from: 1, to: 1000, count: 1000 } },
  ]
  const started = performance.now()
  await assert.rejects(
    async () => planStudy(sweep(axes, { seeds: [1, 2] }), host),
    /axes schedule\.lrStart \(1000 values\) × batchSize \(1000 values\) × 2 seeds: .* at most 10000 runs \(received 2000000\)/,
  )
  assert.ok(performance.now() - started < 1000)
})

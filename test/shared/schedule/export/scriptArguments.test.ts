import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptArguments } from '../../../../shared/schedule/export/scriptArguments.ts'
import { parseSchedule } from '../../../../shared/schedule/index.ts'

/* Schedules whose arguments a person knows by heart, and some that no script can say. */

const plan = { totalSteps: 600, stepsPerEpoch: 20 }
const cases: [name: string, spec: object, huggingFace: string | undefined, timm: string | undefined][] = [
  [
    'a cosine to zero',
    { kind: 'cosine', lrStart: 0.1 },
    'TrainingArguments(learning_rate=0.1, lr_scheduler_type="cosine", max_steps=600)',
    '--sched cosine --lr 0.1 --epochs 30 --warmup-epochs 0 --min-lr 0 --sched-on-updates',
  ],
  [
    'a straight line to zero after a warm-up',
    {
      kind: 'sequence',
      unit: 'step',
      pieces: [
        { schedule: { kind: 'linear', lrStart: 0, lrEnd: 0.1 }, length: 60 },
        { schedule: { kind: 'linear', lrStart: 0.1 } },
      ],
    },
    'TrainingArguments(learning_rate=0.1, lr_scheduler_type="linear", warmup_steps=60, max_steps=600)',
    undefined,
  ],
  [
    'equal cycles of cosines',
    { kind: 'sgdr', lrMax: 0.05, t0: 200, unit: 'step' },
    'TrainingArguments(learning_rate=0.05, lr_scheduler_type="cosine_with_restarts", lr_scheduler_kwargs={"num_cycles": 3}, max_steps=600)',
    undefined,
  ],
  [
    'steps of ten epochs',
    { kind: 'step', lr: 0.2, stepSize: 10, gamma: 0.1, unit: 'epoch', update: 'epoch' },
    undefined,
    '--sched step --lr 0.2 --epochs 30 --warmup-epochs 0 --min-lr 0 --decay-epochs 10 --decay-rate 0.1',
  ],
  ['REX, which neither has', { kind: 'rex', lrStart: 0.1 }, undefined, undefined],
  [
    'a rate that stays',
    { kind: 'constant', lr: 0.01 },
    'TrainingArguments(learning_rate=0.01, lr_scheduler_type="constant_with_warmup", max_steps=600)',
    undefined,
  ],
]

for (const [name, spec, huggingFace, timm] of cases) {
  test(`arguments of training scripts: ${name}`, () => {
    const found = scriptArguments(parseSchedule(spec), plan)
    assert.deepEqual(
      found.map(({ text }) => text),
      [huggingFace, timm],
    )
  })
}

test('a schedule that moves the momentum has no arguments', () => {
  const momentum = { curve: 'inverse', low: 0.85, high: 0.95 }
  const found = scriptArguments(parseSchedule({ kind: 'cosine', lrStart: 0.1, momentum }), plan)
  assert.deepEqual(
    found.map(({ text }) => text),
    [undefined, undefined],
  )
})

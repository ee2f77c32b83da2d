import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modelText } from '../../../shared/run/modelText.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { parseSchedule, presets } from '../../../shared/schedule/index.ts'
import { budgetText, optimizerText, scheduleText } from '../../../src-renderer/format/specText.ts'

const plain = (text: string): string => text.replaceAll('\u202f', ' ')
const schedule = (spec: object): string => plain(scheduleText(parseSchedule(spec)))
const run = (part: object) =>
  parseRunSpec({ schedule: { kind: 'constant', lr: 0.1 }, budget: { epochs: 3 }, ...part })

test('schedules read as people call them', () => {
  assert.equal(schedule({ kind: 'sgdr', lrMax: 0.05, t0: 10, tMult: 2 }), 'SGDR 10×2')
  assert.equal(schedule({ kind: 'sgdr', lrMax: 0.05, t0: 400, unit: 'step' }), 'SGDR 400 st×1')
  assert.equal(
    schedule({ kind: 'snapshot', lrMax: 0.1, cycles: 5, profile: { shape: 'rex' } }),
    'Snapshot 5 cycles REX',
  )
  assert.equal(
    schedule({ kind: 'warmup', length: 5, schedule: { kind: 'cosine', lrStart: 0.1 } }),
    'warm-up 5 + Cosine',
  )
  assert.equal(
    schedule({ kind: 'multiStep', lr: 0.1, milestones: [0.5, 0.75], unit: 'budget' }),
    'Steps 50 %-75 %',
  )
  assert.equal(schedule({ kind: 'rex', lrStart: 0.1, delay: 0.5 }), 'REX, delay 50 %')
})

test('every preset has short words of its own', () => {
  for (const { id, spec } of presets) {
    const text = scheduleText(spec)
    assert.ok(text.length > 0 && text.length <= 60 && !text.includes('undefined'), `${id}: ${text}`)
  }
})

test('models, optimizers and budgets', () => {
  const models = [
    { kind: 'resnet' },
    { kind: 'wrn', depth: 16, widen: 4 },
    { kind: 'densenet' },
    { kind: 'densenet', depth: 100, bc: true },
    { kind: 'vgg' },
    { kind: 'mlp', hidden: [256, 128] },
    { kind: 'softmax' },
  ]
  assert.deepEqual(
    models.map((model) => modelText(run({ model }).model)),
    ['ResNet-20', 'WRN-16-4', 'DenseNet-40-12', 'DenseNet-BC-100-12', 'VGG-16', 'MLP 256-128', 'softmax'],
  )
  const optimizers = [{ kind: 'sgd', nesterov: true, weightDecay: 5e-4 }, { kind: 'adamw' }, { kind: 'adam' }]
  assert.deepEqual(
    optimizers.map((optimizer) => optimizerText(run({ optimizer }).optimizer)),
    ['SGD 0.9 Nesterov wd 5e-4', 'AdamW wd 0.01', 'Adam'],
  )
  assert.deepEqual(
    [{ epochs: 30 }, { epochs: 1 }, { steps: 12_000 }].map((budget) =>
      plain(budgetText(run({ budget }).budget)),
    ),
    ['30 epochs', '1 epoch', '12 000 steps'],
  )
})

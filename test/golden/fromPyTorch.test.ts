import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { fromPyTorch as readPyTorch } from '../../shared/schedule/import/pytorch/fromPyTorch.ts'
import { PlacedError } from '../../shared/schedule/import/pytorch/sourceText.ts'
import { fromPyTorch } from './runFromPyTorch.ts'

const table = z.array(
  z.looseObject({
    name: z.string(),
    code: z.string(),
    lr: z.array(z.number()),
    momentum: z.array(z.number()).optional(),
    rtol: z.number(),
  }),
)
/**
 * from_pytorch.json is the reference's; from_pytorch_own.json was made by test/interop/python/pytorchSchedules.py with the
 * lr_scheduler.py of PyTorch 2.6.0.
 */
const cases = ['from_pytorch.json', 'from_pytorch_own.json'].flatMap((file) =>
  table.parse(JSON.parse(readFileSync(new URL(`./cases/${file}`, import.meta.url), 'utf8'))),
)

describe('schedulers of PyTorch, as text', () => {
  assert.ok(cases.length > 60)
  for (const golden of cases) {
    test(`${golden.name}: ${golden.code.replaceAll('\n', ' ').slice(0, 80)}`, () => {
      const found = fromPyTorch(golden)
      for (const key of ['lr', 'momentum'] as const) {
        const [got, want] = [found[key], golden[key]]
        assert.equal(got?.length, want?.length, key)
        want?.forEach((value, step) => {
          const near = Math.abs((got?.[step] ?? Number.NaN) - value) <= golden.rtol * Math.abs(value) + 1e-14
          assert.ok(near, `${key}[${step}] is ${got?.[step]}, not ${value}`)
        })
      }
    })
  }
})

const told = { lr: 0.1, plan: { totalSteps: 40, stepsPerEpoch: 4 }, interval: 'step' } as const

const refused: readonly (readonly [text: string, place: string, reason: RegExp])[] = [
  ['StepLR(optimizer, step_sise=3)', 'step_sise=3'.slice(10), /no step_sise \(did you mean step_size\?\)/],
  ['x = 3\nStepLR(optimizer,\n  step_size=n)', 'n', /n, which the text does not say/],
  ['StepLR(optimizer, 3', '3', /no Python/],
  ['LambdaLR(optimizer, lambda e: e.bit_length())', 'bit_length', /has no bit_length/],
  ['LambdaLR(optimizer, my_rule)', 'my_rule', /does not stand in the text/],
  ['LambdaLR(optimizer, lambda e: open("x"))', 'open("x")', /not known/],
  ['CosineAnealingLR(optimizer, 3)', 'CosineAnealingLR', /did you mean CosineAnnealingLR/],
  ['OneCycleLR(optimizer, 0.1)', 'OneCycleLR(optimizer, 0.1)', /needs total_steps, or epochs/],
  ['OneCycleLR(optimizer, 0.1, 20, pct_start=1)', '1', /decimal point/],
  ['CosineAnnealingWarmRestarts(optimizer, 5.0)', '5.0', /whole number/],
  ['MultiStepLR(optimizer, [3], lr=2)', '2', /has no lr/],
  ['StepLR(optimizer, 3, last_epoch=7)', '7', /goes on from an optimizer that was saved/],
  ['LinearLR(optimizer, 0)', '0', /start_factor must be above 0/],
  ['LambdaLR(optimizer, lambda e: 5 - e)', 'LambdaLR(optimizer, lambda e: 5 - e)', /falls below 0/],
  ['CyclicLR(optimizer, base_lr=[0.1, 0.2], max_lr=1)', '[0.1, 0.2]', /one rate for all/],
  ['scheduler = OneCycleLR(o, 0.1, epochs=2, steps_per_epoch=len(loader))', 'len(loader)', /not known/],
]

describe('text that is no schedule', () => {
  for (const [text, place, reason] of refused) {
    test(`${text.replaceAll('\n', ' ')} is refused at ${place}`, () => {
      assert.throws(
        () => readPyTorch(text, told),
        (error: unknown) => {
          assert.ok(error instanceof PlacedError)
          assert.match(error.message, reason)
          assert.equal(text.slice(error.from, error.to), place)
          const lines = text.slice(0, error.from).split('\n')
          assert.deepEqual([error.line, error.column], [lines.length, (lines.at(-1)?.length ?? 0) + 1])
          return true
        },
      )
    })
  }

  test('without a rate it is refused, unless the scheduler brings one', () => {
    const { lr: _, ...untold } = told
    assert.throws(() => readPyTorch('StepLR(optimizer, 3)', untold), /rate of the optimizer is not known/)
    assert.ok(readPyTorch('OneCycleLR(optimizer, 0.1, 40)', untold))
    assert.ok(readPyTorch('StepLR(SGD(p, 0.5), 3)', untold))
  })

  test('without a scheduler, or where it is deep, long or endless', () => {
    for (const text of [
      '',
      'x = 1',
      `StepLR(o, ${'('.repeat(5000)}1${')'.repeat(5000)})`,
      `StepLR(o, ${'1+'.repeat(9000)}1)`,
      'f = lambda e: f(e - 1)\nLambdaLR(o, f)',
      'def f(e):\n return f(e)\nLambdaLR(o, f)',
      'MultiStepLR(o, range(10 ** 12))',
      `x = [1] * 10 ** 9\nMultiStepLR(o, x)`,
      'x'.repeat(30_000),
    ]) {
      assert.throws(() => readPyTorch(text, told), { name: 'UserError' }, text.slice(0, 60))
    }
  })
})

describe('what is told of a text', () => {
  test('len() of a loader is the steps in an epoch, where those are told', () => {
    const text = 'OneCycleLR(o, 0.1, epochs=10, steps_per_epoch=len(loader))'
    const { notes, spec } = readPyTorch(text, { ...told, stepsPerEpoch: 4 })
    assert.match(notes.join(' '), /len\(loader\) was taken to be 4/)
    assert.equal(spec.kind, 'sequence')
  })

  test('stepped every epoch, the lengths are epochs', () => {
    const { spec } = readPyTorch('StepLR(o, 3)', { ...told, interval: 'epoch' })
    assert.deepEqual(spec, { kind: 'step', lr: 0.1, stepSize: 3, gamma: 0.1, unit: 'epoch', update: 'epoch' })
  })

  test('a plateau is the policy, with its defaults', () => {
    const { spec } = readPyTorch("ReduceLROnPlateau(optimizer, 'max', patience=3)", told)
    assert.equal(spec.kind, 'plateau')
    assert.ok(spec.kind === 'plateau' && spec.patience === 3 && spec.metric === 'validationAccuracy')
  })

  test('prompts are passed over, and a loop is left unread with a note', () => {
    const text =
      '>>> scheduler = StepLR(optimizer,\n...     3)\n>>> for e in range(3):\n...     scheduler.step()'
    const { spec, notes } = readPyTorch(text, told)
    assert.equal(spec.kind, 'step')
    assert.match(notes.join(' '), /for e in range\(3\): was not read/)
  })
})

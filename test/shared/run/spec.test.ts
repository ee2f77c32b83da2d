import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseRunSpec } from '../../../shared/run/spec.ts'

const spec = { schedule: { kind: 'sgdr', lrMax: 0.1, t0: 2 }, budget: { epochs: 3 } }
const says = (change: object, words: string) =>
  assert.throws(() => parseRunSpec({ ...spec, ...change }), {
    name: 'UserError',
    message: `While reading the run spec: ${words}.`,
  })

it('says what is wrong with a budget', () => {
  says({ budget: { steps: 1.5 } }, 'budget.steps: must be a whole number from 1 to 1000000000 (received 1.5)')
  says({ budget: { epochs: '3' } }, 'budget.epochs: must be a number (received "3")')
  says({ budget: { epochs: -1 } }, 'budget.epochs: must be above 0 (received -1)')
  says(
    { budget: { epochs: 3, steps: 4 } },
    'budget: must have one of the fields epochs and steps, not both (received {"epochs":3,"steps":4})',
  )
  says(
    { budget: { step: 4 } },
    'budget: must have the field epochs or the field steps and nothing else, not step (received {"step":4})',
  )
  says({ budget: {} }, 'budget: must have the field epochs or the field steps (received {})')
  says({ budget: 5 }, 'budget: must be {"epochs": n} or {"steps": n} (received 5)')
})

it('names fields once, and a misspelt one before the one it hides', () => {
  says(
    { model: 'mlp' },
    'model: must be an object whose field kind is one of softmax, mlp, cnn, resnet, wrn, densenet, vgg, layers (received "mlp")',
  )
  says(
    { model: { kind: 'lenet' } },
    'model.kind: must be one of softmax, mlp, cnn, resnet, wrn, densenet, vgg, layers (received "lenet")',
  )
  says({ model: { kind: 'vgg', depth: 12 } }, 'model.depth: must be 11, 13, 16 or 19 (received 12)')
  says({ model: { kind: 'densenet', depth: 41 } }, 'model.depth: must be 3n + 4 (22, 40, 100) (received 41)')
  says(
    { model: { kind: 'densenet', depth: 43, bc: true } },
    'model.depth: must be 6n + 4 with bc (40, 100, 190, 250) (received 43)',
  )
  says(
    { snapshots: { at: 'never' } },
    'snapshots.at: must be one of cycleEnds, epochs, last, steps (received "never")',
  )
  says({ seed: 1e300 }, 'seed: must be at most 9007199254740991 (received 1e+300)')
  assert.throws(() => parseRunSpec({ ...spec, schedule: { kind: 'sgdr', lrMax: 0.1, T0: 2 } }), {
    message:
      /schedule\.T0: there is no such field \(did you mean t0\?\); the fields are kind, lrMax, .* \(received 2\)/,
  })
  assert.throws(() => parseRunSpec('x'), { name: 'UserError', message: /JSON object .*\(received "x"\)/ })
})

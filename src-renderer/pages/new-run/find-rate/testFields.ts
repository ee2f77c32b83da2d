import { problemsIn } from '../../../../shared/errors.ts'
import { type RateRamp, type RateTestSettings, rateTestSettings } from '../../../../shared/run/rateTest.ts'
import { type FieldSpec, type Problems, problemOf } from '../model/fields.ts'
import { getAt, type Path, setAt } from '../model/tree.ts'

/*
 * The form of a range test. Its tree is what is typed: the settings as the host takes them, but for the length, which may be
 * given in epochs, as Smith does.
 */

const number = { is: 'number' } as const

/** Where the settings stand in the tree that the form's fields name. */
export const testPath: Path = ['rateTest']

const common: readonly FieldSpec[] = [
  {
    key: 'from',
    label: 'From rate',
    type: { is: 'number', unit: 'rate' },
    hint: 'The rate of the first step.',
  },
  {
    key: 'to',
    label: 'To rate',
    type: { is: 'number', unit: 'rate' },
    hint: 'The rate of the last step.',
  },
]
const lengths = {
  steps: { key: 'steps', label: 'Length', type: { is: 'number', unit: 'steps' }, hint: 'Steps of the ramp.' },
  epochs: {
    key: 'epochs',
    label: 'Length',
    type: { is: 'number', unit: 'epochs' },
    hint: 'Passes through the training data.',
  },
} as const satisfies Record<string, FieldSpec>
const rest: readonly FieldSpec[] = [
  {
    key: 'smoothing',
    label: 'Smoothing',
    type: number,
    hint: 'Weight of the past in the smoothed loss, from 0 to below 1.',
  },
  {
    key: 'stopAt',
    label: 'Stops at',
    type: { is: 'number', unit: 'times' },
    empty: 'never',
    hint: 'Stops when the smoothed loss is above so many times its least. Empty: goes on to the highest rate.',
  },
]

export type LengthUnit = keyof typeof lengths
export const testFields = (unit: LengthUnit): readonly FieldSpec[] => [...common, lengths[unit], ...rest]

export interface TestDraft {
  readonly tree: unknown
  readonly unit: LengthUnit
}

/** As fastai's lr_find has it: eight decades in a hundred steps. */
const exponential = { ramp: 'exponential', from: 1e-7, to: 10, steps: 100, smoothing: 0.98, stopAt: 4 }
/** As Smith has it: a line over some epochs. */
const linear = { ramp: 'linear', from: 0.001, to: 1, epochs: 2, smoothing: 0.98, stopAt: 4 }

export const freshTest: TestDraft = { tree: exponential, unit: 'steps' }

/** The usual settings of the other ramp, with those that mean the same in both. */
export function withRamp({ tree }: TestDraft, ramp: RateRamp): TestDraft {
  const usual = ramp === 'linear' ? linear : exponential
  return {
    tree: { ...usual, smoothing: getAt(tree, ['smoothing']), stopAt: getAt(tree, ['stopAt']) },
    unit: ramp === 'linear' ? 'epochs' : 'steps',
  }
}

/** The same length in the other unit, where it is known. */
export function withUnit(
  { tree, unit }: TestDraft,
  to: LengthUnit,
  stepsPerEpoch: number | undefined,
): TestDraft {
  if (to === unit) return { tree, unit }
  const length = getAt(tree, [unit])
  const turned =
    typeof length !== 'number' || stepsPerEpoch === undefined
      ? length
      : to === 'steps'
        ? Math.round(length * stepsPerEpoch)
        : Number((length / stepsPerEpoch).toFixed(2))
  return { tree: setAt(setAt(tree, [unit], undefined), [to], turned), unit: to }
}

export interface CheckedTest {
  /** Present where nothing is wrong. */
  readonly settings?: RateTestSettings
  readonly problems: Problems
}

/** @param stepsPerEpoch undefined until it is known */
export function checkTest({ tree, unit }: TestDraft, stepsPerEpoch: number | undefined): CheckedTest {
  const whole = setAt(unit === 'epochs' ? inSteps(tree, stepsPerEpoch) : tree, ['stopAt'], stopOf(tree))
  const problems: Record<string, Problems[string]> = {}
  for (const one of problemsIn(rateTestSettings, whole)) {
    const key = one.path === 'steps' ? unit : one.path
    problems[[...testPath, key].join('.')] ??=
      unit === 'epochs' && key === 'epochs' ? epochsProblem(tree) : problemOf(one)
  }
  const parsed = rateTestSettings.safeParse(whole)
  return parsed.success ? { settings: parsed.data, problems } : { problems }
}

function inSteps(tree: unknown, stepsPerEpoch: number | undefined): unknown {
  const epochs = getAt(tree, ['epochs'])
  const known = typeof epochs === 'number' && stepsPerEpoch !== undefined
  return setAt(
    setAt(tree, ['epochs'], undefined),
    ['steps'],
    known ? Math.round(epochs * stepsPerEpoch) : 'unknown',
  )
}

/** Empty means never. */
const stopOf = (tree: unknown): unknown => getAt(tree, ['stopAt']) ?? null

function epochsProblem(tree: unknown): Problems[string] {
  const epochs = getAt(tree, ['epochs'])
  return {
    rule:
      typeof epochs === 'number'
        ? `must come to 20 to 1000000 steps (received ${epochs}).`
        : 'must be a number.',
  }
}

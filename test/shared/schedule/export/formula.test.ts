import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../../shared/errors.ts'
import { compileSchedule, exportSchedule, parseSchedule } from '../../../../shared/schedule/index.ts'
import { assertSameInPython, type ExportCase, runPython, withoutPython } from './python.ts'

const plan = { totalSteps: 60, stepsPerEpoch: 7 }
const formula = (expression: string) => parseSchedule({ kind: 'formula', expression, unit: 'epoch' })

const number = fc.constantFrom(
  '0',
  '0.5',
  '1',
  '2',
  '3.7',
  '1000',
  'pi',
  'e',
  't',
  'T',
  'u',
  'epoch',
  'K',
  'x',
  'base',
)
const { expression } = fc.letrec<{ expression: string; test: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    number,
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/', '%', '^'), tie('expression'))
      .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    tie('expression').map((a) => `-(${a})`),
    fc
      .tuple(
        fc.constantFrom('abs', 'ceil', 'cos', 'exp', 'floor', 'log', 'round', 'sin', 'sqrt', 'tanh'),
        tie('expression'),
      )
      .map(([name, a]) => `${name}(${a})`),
    fc
      .tuple(fc.constantFrom('max', 'min'), tie('expression'), tie('expression'))
      .map(([name, a, b]) => `${name}(${a}, ${b})`),
    fc
      .tuple(tie('test'), tie('expression'), tie('expression'))
      .map(([test, a, b]) => `(${test}) ? (${a}) : (${b})`),
    tie('test').map((test) => `(${test}) * 0.3`),
  ),
  test: fc.oneof(
    fc
      .tuple(tie('expression'), fc.constantFrom('<', '>', '<=', '>=', '==', '!='), tie('expression'))
      .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    tie('expression'),
  ),
}))

/** The formulas that Anneal itself takes for this plan. */
function accepted(expressions: readonly string[]): ExportCase[] {
  return expressions.flatMap((text): ExportCase[] => {
    try {
      const spec = formula(text)
      compileSchedule(spec, plan)
      return [[spec, plan]]
    } catch (error) {
      assert.ok(error instanceof UserError)
      return []
    }
  })
}

describe('exported formulas', { skip: withoutPython }, () => {
  it('give the same rates as in Anneal, whatever the formula', () => {
    const drawn = fc.sample(expression, { numRuns: 2500, seed: 7 }).filter((text) => text.length <= 500)
    const cases = accepted(drawn)
    assert.ok(cases.length > 600, `only ${cases.length} formulas were accepted`)
    assertSameInPython(cases)
  })

  it('keep the arithmetic of the formula language where Python has another', () => {
    const expressions = [
      'round(0.5 + t) + round(1.5)',
      '1 / exp(1000 * t + 1000)',
      'abs(-7 % 3) + 7 % 3',
      'max(0, 5 / (t - 5)) > 1000 ? 1 : 0.5',
      '(1 == (t > 3)) ? 1 : 2',
      '((t > 3) == (t > 5)) ? 1 : 2',
      '(t > 3) * 2 + (t < 5)',
      'log(t) < -5 ? 1 : 0.1',
      'sqrt(-1) > 0 ? 1 : 2',
      'sqrt(-1) ? 1 : 2',
      '(t > 1) ? u ? base : 2 : 3',
      '(-8) ^ (1/3) == 0 ? 1 : 2',
      '2 ^ -t + 0 ^ 0',
      'cos u + -t ^ 2 * 0 + floor(-0.5) + 1',
      'max(base, sin u, 0.2) + min(1, 2, 3)',
      't /* a note\nin two lines: import os */ + 1',
    ]
    const cases = accepted(expressions)
    assert.equal(cases.length, expressions.length)
    assertSameInPython(cases)
  })

  it('fail at a step where the formula gives no rate, as in Anneal', () => {
    // Only one step of a long run fails, which no probe meets.
    const spec = formula('t == 12345 ? -1 : base')
    const source = exportSchedule(spec, { totalSteps: 100_000, stepsPerEpoch: 7 }, 'pytorch')
    assert.deepEqual(runPython([source]), [
      { error: 'ValueError: the formula gives no rate at step 12345: -1.0' },
    ])
  })
})

describe('exporting a formula', () => {
  it('lets nothing of its text out of the comments and docstrings', () => {
    const spec = formula('base /* \n import os\r\u2028 \ud800 */ + 0 * t')
    const source = exportSchedule(spec, plan, 'pytorch')
    assert.ok(source.isWellFormed())
    const outside = source.split('\n').filter((line) => !line.startsWith('#') && !/^ {4}""".*"""$/.test(line))
    assert.ok(outside.every((line) => !line.includes('os')))
  })

  it('refuses what Python would read differently or not at all', () => {
    const refused = [`${'-('.repeat(100)}t${')'.repeat(100)}`, '(u < 2 ? 1 : u < 3) * 0.1']
    for (const text of refused) {
      assert.throws(() => exportSchedule(formula(text), plan, 'pytorch'), {
        name: 'UserError',
        message: /^While exporting the schedule formula/,
      })
    }
  })
})

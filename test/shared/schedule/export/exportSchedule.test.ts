import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  compileSchedule,
  exportSchedule,
  exportTargets,
  findPreset,
  parseSchedule,
  presets,
  type ScheduleEdit,
} from '../../../../shared/schedule/index.ts'
import { anyPlan, anySpec } from '../arbitrarySpec.ts'
import { assertSameInPython, type ExportCase, runPython, withoutPython } from './python.ts'

const plans = [
  { totalSteps: 1, stepsPerEpoch: 1 },
  { totalSteps: 997, stepsPerEpoch: 7 },
  { totalSteps: 9000, stepsPerEpoch: 60 },
  { totalSteps: 1500, stepsPerEpoch: 10, scheduleSteps: 1000 },
]

/** Values drawn once with a fixed seed, so that one Python process can check them all. */
const seed = 20_260_117

describe('exported code', { skip: withoutPython }, () => {
  it('gives the rates and momenta of every preset', () => {
    assertSameInPython(presets.flatMap(({ spec }) => plans.map((plan): ExportCase => [spec, plan])))
  })

  it('gives those of random schedules of every family', () => {
    const drawn = fc.sample(fc.tuple(anySpec, anyPlan), { numRuns: 1000, seed })
    assertSameInPython(drawn)
  })

  it('gives those of runs that grew past their budget', () => {
    const drawn = fc.sample(fc.tuple(anySpec, anyPlan, fc.integer({ min: 1, max: 300 })), {
      numRuns: 300,
      seed,
    })
    assertSameInPython(
      drawn
        // A formula is free to fail beyond its budget.
        .filter(([spec]) => !JSON.stringify(spec).includes('formula'))
        .map(
          ([spec, plan, more]): ExportCase => [
            spec,
            { ...plan, totalSteps: plan.totalSteps + more, scheduleSteps: plan.totalSteps },
          ],
        ),
    )
  })

  it('gives those of edited runs', () => {
    const wish = fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 40 }))
    const drawn = fc.sample(fc.tuple(anySpec, anyPlan, fc.array(wish, { minLength: 1, maxLength: 3 })), {
      numRuns: 300,
      seed,
    })
    assertSameInPython(
      drawn.map(([spec, plan, wishes]): ExportCase => {
        const edits: ScheduleEdit[] = []
        for (const [place, steps] of wishes) {
          const from = (edits.at(-1)?.atStep ?? -1) + 1
          const atStep = from + Math.floor(place * (compileSchedule(spec, plan, edits).totalSteps - from))
          if (atStep < compileSchedule(spec, plan, edits).totalSteps) {
            edits.push({ kind: 'annealNow', atStep, steps })
          }
        }
        return [spec, plan, edits]
      }),
    )
  })

  it('gives those of cycles with boundaries between steps, and of late clocks', () => {
    const plan = { totalSteps: 400, stepsPerEpoch: 7 }
    const endpoints = ['exclusive', 'inclusive', 'lastUpdate']
    const updates = ['step', 'epoch', { every: 5 }, { atSteps: [3, 50, 51, 260] }]
    const rates = { lrMin: 0.01, lrMax: 1, momentum: { curve: 'inverse', low: 0.8, high: 0.95 } }
    assertSameInPython(
      endpoints.flatMap((endpoint) =>
        updates.flatMap((update) =>
          [
            { kind: 'sgdr', t0: 10, unit: 'step', restartDecay: 0.7 },
            { kind: 'sgdr', t0: 3.3, tMult: 1.3, stepping: 'docsLoop' },
            { kind: 'sgdr', t0: 20, unit: 'step', stepping: 'docsLoop' },
            { kind: 'cyclical', stepUp: 3, stepDown: 2, unit: 'step', mode: 'triangular2' },
            {
              kind: 'cyclical',
              stepUp: 2.2,
              mode: 'exp_range',
              gamma: 0.9,
              profile: 'rex',
              growth: 'reversed',
            },
            { kind: 'cyclical', stepUp: 5, stepDown: 0, mode: 'exp_range', gamma: 0.99 },
            { kind: 'snapshot', cycles: 7 },
          ].map((family): ExportCase => {
            const given = family.kind === 'snapshot' ? { ...family, ...rates } : { ...rates, ...family }
            return [parseSchedule({ ...given, endpoint, update }), plan]
          }),
        ),
      ),
    )
  })

  it('refuses steps outside the plan', () => {
    const source = exportSchedule(findPreset('cosine').spec, { totalSteps: 5, stepsPerEpoch: 1 }, 'pytorch')
    const results = runPython([`${source}\nlearning_rate(5)`, `${source}\nlearning_rate(-1)`])
    assert.deepEqual(results, [
      { error: 'ValueError: step must be from 0 to 4, not 5' },
      { error: 'ValueError: step must be from 0 to 4, not -1' },
    ])
  })

  it('needs no library until an adapter is called', () => {
    const plan = { totalSteps: 3, stepsPerEpoch: 1 }
    const spec = parseSchedule({ kind: 'linear', lrStart: 3 })
    const python = exportTargets.filter((target) => target !== 'tfjs')
    const sources = python.map((target) => exportSchedule(spec, plan, target))
    assert.deepEqual(
      runPython(sources),
      sources.map(() => ({ lr: [3, 2, 1], momentum: null })),
    )
  })
})

describe('exporting', () => {
  const plan = { totalSteps: 100, stepsPerEpoch: 10 }

  it('says what the code is, from which spec and plan', () => {
    const source = exportSchedule(findPreset('cosine').spec, plan, 'optax')
    const [header = ''] = source.split('\n\n')
    assert.match(header, /exported by Anneal for Optax/)
    assert.match(header, /"kind":"cosine","lrStart":0\.1/)
    assert.match(header, /100 steps, 10 steps per epoch/)
    assert.ok(header.split('\n').every((line) => line.startsWith('#')))
  })

  it('exports a plateau as PyTorch has it, and refuses it for libraries that do not', () => {
    const { spec } = findPreset('plateau')
    const behind = parseSchedule({ kind: 'warmup', length: 2, schedule: spec })
    assert.match(exportSchedule(spec, plan, 'pytorch'), /ReduceLROnPlateau/)
    for (const target of ['keras', 'optax'] as const) {
      assert.throws(() => exportSchedule(behind, plan, target), {
        name: 'UserError',
        message: /no plateau policy that counts epochs as this one does/,
      })
    }
    const never = parseSchedule({ kind: 'plateau', lr: 0.1, threshold: 1 })
    assert.throws(() => exportSchedule(never, plan, 'pytorch'), { name: 'UserError', message: /below 1/ })
  })

  it('refuses what would not fit', () => {
    const uneven = parseSchedule({ kind: 'sgdr', lrMax: 1, t0: 1.5, unit: 'step' })
    const huge = { totalSteps: 1e9, stepsPerEpoch: 1000 }
    assert.throws(() => exportSchedule(uneven, huge, 'pytorch'), {
      name: 'UserError',
      message: /uneven length/,
    })
    assert.throws(() => exportSchedule(findPreset('cosine').spec, huge, 'keras'), {
      name: 'UserError',
      message: /at most 10000000 steps/,
    })
    assert.match(exportSchedule(findPreset('sgdr-10-2').spec, huge, 'pytorch'), /CYCLE_STARTS/)
  })
})

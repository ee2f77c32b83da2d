import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type CompiledSchedule,
  compileSchedule,
  extendPlan,
  parseSchedule,
  type ScheduleEdit,
  type SchedulePlan,
  type ScheduleSpec,
} from '../../../shared/schedule/index.ts'
import { anyPlan, anySpec, restartingSpec } from './arbitrarySpec.ts'

const stepsOf = (compiled: CompiledSchedule): number[] =>
  Array.from({ length: compiled.totalSteps }, (_, step) => step)
const valuesOf = (compiled: CompiledSchedule) => stepsOf(compiled).map((step) => compiled.at(step))

function assertTiles(compiled: CompiledSchedule): void {
  let next = 0
  compiled.cycles.forEach((cycle, i) => {
    assert.equal(cycle.index, i)
    assert.equal(cycle.start, next)
    assert.ok(cycle.end > cycle.start)
    assert.ok(cycle.plannedEnd >= cycle.end)
    assert.equal(cycle.complete, cycle.plannedEnd === cycle.end)
    assert.equal(cycle.snapshotStep, cycle.complete ? cycle.end - 1 : undefined)
    next = cycle.end
  })
  assert.equal(next, compiled.totalSteps)
}

function assertWithinRange(compiled: CompiledSchedule): void {
  const { lrMin, lrMax } = compiled.range
  for (const { lr, momentum } of valuesOf(compiled)) {
    assert.ok(Number.isFinite(lr))
    assert.ok(lr >= lrMin * (1 - 1e-9) - 1e-12 * lrMax, `${lr} below ${lrMin}`)
    assert.ok(lr <= lrMax * (1 + 1e-9), `${lr} above ${lrMax}`)
    assert.ok(momentum === undefined || (momentum >= 0 && momentum < 1), `momentum ${momentum}`)
  }
}

describe('every schedule', () => {
  it('is finite, within its range, with momentum below 1', () => {
    fc.assert(
      fc.property(anySpec, anyPlan, (spec, plan) => {
        assertWithinRange(compileSchedule(spec, plan))
      }),
      { numRuns: 600 },
    )
  })

  it('has cycles that tile the plan, and says so', () => {
    fc.assert(
      fc.property(anySpec, anyPlan, (spec, plan) => {
        const compiled = compileSchedule(spec, plan)
        assertTiles(compiled)
        assert.match(compiled.summary, /cycle/)
      }),
      { numRuns: 400 },
    )
  })

  it('survives printing and reading', () => {
    fc.assert(
      fc.property(anySpec, anyPlan, (spec, plan) => {
        const again = parseSchedule(JSON.parse(JSON.stringify(spec)))
        assert.deepEqual(valuesOf(compileSchedule(again, plan)), valuesOf(compileSchedule(spec, plan)))
      }),
      { numRuns: 300 },
    )
  })

  it('does not depend on the order in which steps are asked for', () => {
    fc.assert(
      fc.property(anySpec, anyPlan, (spec, plan) => {
        const forwards = valuesOf(compileSchedule(spec, plan))
        const compiled = compileSchedule(spec, plan)
        const backwards = stepsOf(compiled)
          .reverse()
          .map((step) => compiled.at(step))
        assert.deepEqual(backwards.reverse(), forwards)
      }),
      { numRuns: 200 },
    )
  })

  it('keeps its values when a run grows past its budget', () => {
    fc.assert(
      fc.property(anySpec, anyPlan, fc.integer({ min: 1, max: 300 }), (spec, plan, more) => {
        // A formula is free to fail beyond its budget; a user hears of it then.
        fc.pre(!JSON.stringify(spec).includes('formula'))
        const grown = { ...plan, totalSteps: plan.totalSteps + more, scheduleSteps: plan.totalSteps }
        const before = valuesOf(compileSchedule(spec, plan))
        const after = valuesOf(compileSchedule(spec, grown))
        assert.deepEqual(after.slice(0, before.length), before)
      }),
      { numRuns: 300 },
    )
  })
})

/** Edits that fit the run: each begins where it still has steps. */
function applicableEdits(
  spec: Parameters<typeof compileSchedule>[0],
  plan: SchedulePlan,
  wishes: readonly (readonly [number, number])[],
): ScheduleEdit[] {
  const edits: ScheduleEdit[] = []
  for (const [place, steps] of wishes) {
    const { totalSteps } = compileSchedule(spec, plan, edits)
    const from = (edits.at(-1)?.atStep ?? -1) + 1
    const atStep = from + Math.floor(place * (totalSteps - from))
    if (atStep < totalSteps) edits.push({ kind: 'annealNow', atStep, steps })
  }
  return edits
}

const wishes = fc.array(
  fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 40 })),
  { minLength: 1, maxLength: 4 },
)

describe('annealing now', () => {
  it('keeps earlier values, falls without a rise, and ends the cycle with a snapshot', () => {
    fc.assert(
      fc.property(anySpec, anyPlan, wishes, (spec, plan, wished) => {
        const edits = applicableEdits(spec, plan, wished)
        edits.forEach((edit, i) => {
          const before = compileSchedule(spec, plan, edits.slice(0, i))
          const after = compileSchedule(spec, plan, edits.slice(0, i + 1))
          assertTiles(after)
          assert.deepEqual(valuesOf(after).slice(0, edit.atStep), valuesOf(before).slice(0, edit.atStep))
          const end = edit.atStep + edit.steps
          assert.ok(after.totalSteps >= end)
          const begun = before.cycleAt(edit.atStep)?.start === edit.atStep
          const from = before.at(begun ? edit.atStep : edit.atStep - 1).lr
          const last = after.at(end - 1).lr
          assert.ok(last < from || from === 0, `from ${from} to ${last}`)
          assert.ok(after.range.lrMin <= last)
          const cycle = after.cycleAt(edit.atStep)
          assert.equal(cycle?.end, end)
          assert.equal(cycle?.snapshotStep, end - 1)
          for (let step = edit.atStep; step < end; step++) {
            const rise = after.at(step).lr - (step === edit.atStep ? from : after.at(step - 1).lr)
            assert.ok(rise <= 1e-12 * after.range.lrMax, `rises by ${rise} at step ${step}`)
          }
        })
      }),
      { numRuns: 300 },
    )
  })

  it('goes on with what followed the cycle', () => {
    fc.assert(
      fc.property(restartingSpec, anyPlan, wishes, (spec, plan, wished) => {
        const [edit] = applicableEdits(spec, plan, wished)
        if (edit === undefined) return
        const before = compileSchedule(spec, plan)
        const after = compileSchedule(spec, plan, [edit])
        const resume = before.cycleAt(edit.atStep)?.plannedEnd ?? Number.NaN
        const end = edit.atStep + edit.steps
        for (let step = end; step < after.totalSteps; step++) {
          assert.deepEqual(after.at(step), before.at(step - end + resume))
        }
        assert.equal(after.totalSteps - end, Math.max(0, before.totalSteps - resume))
      }),
      { numRuns: 300 },
    )
  })
})

/**
 * Whether every cycle of a restarting schedule begins at no lower rate than the one before it ended with. A cycle that
 * begins between two updates has its first rate from up to one update later: of cycles shorter than two updates, that may
 * be lower than the last rate before.
 */
function restartsHigh(spec: ScheduleSpec, { stepsPerEpoch }: SchedulePlan): boolean {
  if (spec.kind === 'snapshot') return true
  if (spec.kind !== 'sgdr' || spec.restartDecay < 1 || spec.stepping === 'docsLoop') return false
  const update = spec.update === 'epoch' ? stepsPerEpoch : 1
  return spec.t0 * (spec.unit === 'epoch' ? stepsPerEpoch : 1) >= 2 * update
}

/** Of a rate: two rates that are the last digits apart have no room between them for a rise. */
const roundings = 1e-12

/** Cycles that begin at or past step `from` begin above the end of the one before, where that had fallen. */
function assertRestarts({ cycles, at }: CompiledSchedule, from: number): void {
  for (const [i, { start }] of cycles.entries()) {
    const before = cycles[i - 1]
    if (before === undefined || start < from) continue
    const fell = at(start - 1).lr < at(before.start).lr * (1 - roundings)
    assert.ok(at(start).lr >= at(start - 1).lr * (1 - roundings), `cycle ${i} restarts lower`)
    assert.ok(!fell || at(start).lr > at(start - 1).lr, `cycle ${i} does not restart`)
  }
}

describe('extending by cycles', () => {
  it('keeps earlier values and cycles, and ends on a whole cycle, also after edits', () => {
    fc.assert(
      fc.property(
        restartingSpec,
        anyPlan,
        fc.integer({ min: 1, max: 3 }),
        fc.oneof(fc.constant([]), wishes),
        (spec, plan, cycles, wished) => {
          const edits = applicableEdits(spec, plan, wished)
          const before = compileSchedule(spec, plan, edits)
          const after = compileSchedule(spec, extendPlan(spec, plan, cycles, edits), edits)
          assertTiles(after)
          assert.deepEqual(valuesOf(after).slice(0, before.totalSteps), valuesOf(before))
          const whole = before.cycles.filter((cycle) => cycle.complete)
          assert.deepEqual(after.cycles.slice(0, whole.length), whole)
          assert.equal(after.cycles.length, whole.length + cycles)
          assert.ok(after.cycles.every((cycle) => cycle.complete))
          assertWithinRange(after)
          if (restartsHigh(spec, plan)) assertRestarts(after, before.totalSteps)
        },
      ),
      { numRuns: 400 },
    )
  })
})

import type { CompiledSchedule } from '../../shared/schedule/index.ts'

const stepsAtOnce = 4096

/**
 * Steps count from 0, cycles from 1. Rates and momentum are of the steps 0, `every`, 2 × `every`, ...; momentum is null
 * throughout where the schedule leaves it alone.
 */
export function* scheduleJson(
  schedule: CompiledSchedule,
  stepsPerEpoch: number,
  every: number,
): Generator<string> {
  const { summary, totalSteps } = schedule
  const cycles = schedule.cycles.map(({ index, ...cycle }) => ({ cycle: index + 1, ...cycle }))
  const head = { summary, totalSteps, stepsPerEpoch, ...(every > 1 && { every }), cycles }
  yield `${JSON.stringify(head).slice(0, -1)},"lr":[`
  const count = Math.ceil(totalSteps / every)
  yield* numbers(count, (row) => schedule.at(row * every).lr)
  const moves = schedule.at(0).momentum !== undefined
  if (!moves) return yield '],"momentum":null}\n'
  yield '],"momentum":['
  yield* numbers(count, (row) => schedule.at(row * every).momentum ?? null)
  yield ']}\n'
}

function* numbers(count: number, at: (step: number) => number | null): Generator<string> {
  for (let from = 0; from < count; from += stepsAtOnce) {
    const piece = Array.from({ length: Math.min(stepsAtOnce, count - from) }, (_, i) => at(from + i))
    yield (from === 0 ? '' : ',') + piece.map((value) => JSON.stringify(value)).join(',')
  }
}

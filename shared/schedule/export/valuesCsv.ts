import type { CompiledSchedule } from '../compile.ts'

const stepsAtOnce = 4096

/** step, lr, momentum of the steps 0, `every`, 2 × `every`, ...; momentum is empty where the schedule leaves it alone. */
export function* scheduleCsv(schedule: CompiledSchedule, every = 1): Generator<string> {
  let piece = 'step,lr,momentum\n'
  let rows = 0
  for (let step = 0; step < schedule.totalSteps; step += every) {
    const { lr, momentum } = schedule.at(step)
    piece += `${step},${lr},${momentum ?? ''}\n`
    rows += 1
    if (rows % stepsAtOnce !== 0) continue
    yield piece
    piece = ''
  }
  yield piece
}

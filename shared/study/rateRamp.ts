import type { RateTestSettings } from '../run/rateTest.ts'
import type { ScheduleSpec } from '../schedule/index.ts'

/** The ramp of a range test over a budget of its steps: the first step has the rate `from`, the last one `to`. */
export function rampSchedule({ ramp, from, to }: RateTestSettings): ScheduleSpec {
  const line = {
    lrStart: from,
    lrEnd: to,
    delay: 0,
    endpoint: 'inclusive',
    unit: 'epoch',
    update: 'step',
  } as const
  return ramp === 'exponential' ? { kind: 'geometric', ...line } : { kind: 'linear', ...line }
}

import type { RateTestServices } from '../../shared/api/studies.ts'
import type { Core } from '../core.ts'
import { viewRateTest } from '../runs/rateTestView.ts'
import type { Pulse } from './pulse.ts'

export function createRateTestServices({ store: { read }, runs }: Core, pulse: Pulse): RateTestServices {
  return {
    async launch({ when, initialWeights: weights, placement, ...rest }) {
      const request = { ...rest, weights }
      const id =
        when === 'now' && !placement
          ? (await runs.launchRateTestToStay(request)).runId
          : (await runs.enqueueRateTest(request, placement ?? undefined)).id
      pulse.poke()
      return read.summary(id)
    },
    view: ({ id, maxPoints }) => viewRateTest(read, runs.ends.asKnown(read.run(id)), maxPoints),
  }
}

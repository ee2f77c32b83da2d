import { z } from 'zod'
import { fromPyTorch as readPyTorch } from '../../shared/schedule/import/pytorch/fromPyTorch.ts'
import { compileSchedule } from '../../shared/schedule/index.ts'

const pyTorchCase = z.object({
  code: z.string(),
  optimizer: z.object({ lr: z.number().optional(), momentum: z.number().optional() }),
  steps: z.int().min(1),
})

/**
 * Answers one case of cases/from_pytorch.json by what shared/schedule makes of its text.
 * @param input the case; its `lr` and `momentum` are not looked at
 * @returns the rate of each step, and the momentum where the scheduler moves it
 */
export function fromPyTorch(input: unknown): { lr: number[]; momentum?: number[] } {
  const { code, optimizer, steps } = pyTorchCase.parse(input)
  const plan = { totalSteps: steps, stepsPerEpoch: 1 }
  const { spec } = readPyTorch(code, { ...optimizer, plan, interval: 'step' })
  const compiled = compileSchedule(spec, plan)
  const rates = Array.from({ length: steps }, (_, step) => compiled.at(step))
  const lr = rates.map((rate) => rate.lr)
  const momentum = rates.flatMap((rate) => (rate.momentum === undefined ? [] : [rate.momentum]))
  return momentum.length > 0 ? { lr, momentum } : { lr }
}

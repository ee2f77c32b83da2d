import { registerConvForward } from './convForward.ts'
import { registerConvGradients } from './convGradients.ts'
import { registerCpuFallbacks } from './cpuFallback.ts'
import { registerMatMul } from './matMul.ts'
import { registerOneHot } from './oneHot.ts'
import { registerPoolGradients } from './poolGradients.ts'
import { registerPrelu } from './prelu.ts'
import { registerReductions } from './reductions.ts'

let done = false

/** Gives the wasm backend what training needs and it lacks or does slowly. Doing it twice changes nothing. */
export function registerTrainingKernels(): void {
  if (done) return
  registerConvForward()
  registerConvGradients()
  registerPoolGradients()
  registerMatMul()
  registerReductions()
  registerPrelu()
  registerOneHot()
  registerCpuFallbacks()
  done = true
}

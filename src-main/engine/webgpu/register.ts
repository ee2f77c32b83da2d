import { convGeometry, filterAttrs, forwardAttrs, inputAttrs } from '../convAttrs.ts'
import { registerCast } from './cast.ts'
import { convolution, mostOutputs } from './convolution.ts'
import { filterGradient } from './filterGradient.ts'
import { registerFilterSums } from './filterSums.ts'
import { inputGradient } from './inputGradient.ts'
import { input, register } from './kernel.ts'
import { registerLayerNormalisation } from './layerNormalisation.ts'
import { registerMaxPoolGradients } from './maxPoolGradient.ts'
import { registerNoise } from './noise.ts'
import { registerNormalisation } from './normalisation.ts'
import { registerRecorder } from './record.ts'
import { registerRecurrent } from './recurrent.ts'
import { registerResizeNearest } from './resizeNearest.ts'
import { registerSegments } from './segments.ts'
import { dimensionsOf } from './shapes.ts'
import { registerTraining } from './training.ts'
import { registerTransposition } from './transposition.ts'

let done = false

/** Puts our kernels in the place of tfjs's where those are slow. Doing it twice changes nothing. */
export function registerWebgpuKernels(): void {
  registerRecorder()
  if (done) return
  done = true
  register('Conv2D', (backend, inputs, attrs) => {
    const [x, filter] = [input(inputs, 'x'), input(inputs, 'filter')]
    const { success, data } = forwardAttrs.safeParse(attrs)
    // tfjs has its own way with images whose channels come first, and with dilated filters.
    if (!success) return undefined
    const info = convGeometry(dimensionsOf(x.shape, 4), dimensionsOf(filter.shape, 4), data)
    return info.outChannels > mostOutputs ? undefined : convolution(backend, x, filter, info)
  })
  register('Conv2DBackpropFilter', (backend, inputs, attrs) => {
    const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')]
    const checked = filterAttrs.parse(attrs)
    return filterGradient(
      backend,
      x,
      dy,
      convGeometry(dimensionsOf(x.shape, 4), checked.filterShape, checked),
    )
  })
  register('Conv2DBackpropInput', (backend, inputs, attrs) => {
    const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')]
    const checked = inputAttrs.parse(attrs)
    return inputGradient(
      backend,
      dy,
      filter,
      convGeometry(checked.inputShape, dimensionsOf(filter.shape, 4), checked),
    )
  })
  registerFilterSums()
  registerMaxPoolGradients()
  registerResizeNearest()
  registerSegments()
  registerNormalisation()
  registerLayerNormalisation()
  registerTraining()
  registerCast()
  registerTransposition()
  registerNoise()
  registerRecurrent()
}

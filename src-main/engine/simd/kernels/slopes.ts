import { z } from 'zod'
import { chunkNumbers, input, isFloat, register, sizeOf } from '../register.ts'

/** Gradients of operations on one tensor: the kernel that takes dy and what its slope is told by. */
const slopeKernels = {
  AnnealSigmoidGrad: 'sigmoidGradient',
  AnnealTanhGrad: 'tanhGradient',
  AnnealEluGrad: 'eluGradient',
  AnnealSeluGrad: 'seluGradient',
  AnnealSoftplusGrad: 'softplusGradient',
  AnnealErfGrad: 'errorFunctionGradient',
  AnnealAbsGrad: 'absoluteGradient',
  AnnealSqrtGrad: 'squareRootGradient',
  AnnealRsqrtGrad: 'inverseRootGradient',
  AnnealSquareGrad: 'squareGradient',
  AnnealLeakyReluGrad: 'leakyReluGradient',
  AnnealClipGrad: 'clipGradient',
  AnnealRelu6Grad: 'relu6Gradient',
  AnnealSwishGrad: 'swishGradient',
  AnnealMishGrad: 'mishGradient',
  AnnealGeluGrad: 'geluGradient',
  AnnealGeluNewGrad: 'geluNewGradient',
  AnnealSoftsignGrad: 'softsignGradient',
  AnnealHardSigmoidGrad: 'hardSigmoidGradient',
  AnnealThresholdGrad: 'thresholdGradient',
} as const
export type SlopeKernel = keyof typeof slopeKernels

/** `of`: numbers that the operation took beside its tensor, in the kernel's order. */
const attributes = z.object({ of: z.array(z.number()).default([]) })

export function registerSlopes(): void {
  for (const [name, kernel] of Object.entries(slopeKernels)) {
    register(name, (backend, inputs, attrs) => {
      const [dy, s] = [input(inputs, 'dy'), input(inputs, 's')]
      if (!isFloat(dy, s)) return undefined
      const dx = backend.make(s.shape)
      const places = [dy, s, dx].map((each) => backend.address(each))
      const parameters = [...places, ...attributes.parse(attrs).of]
      const examples = { count: s.shape[0] ?? 1, reads: [0, 1], writes: [2] }
      backend.pool.dispatch(kernel, parameters, sizeOf(s.shape), chunkNumbers, undefined, examples)
      return dx
    })
  }
}

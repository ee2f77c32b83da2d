import { benchModels } from '../benchModels.ts'
import { lenet, separableCnn } from './convolutional.ts'
import { layerNormMlp } from './normalised.ts'
import { encoder, lstm } from './sequences.ts'

/** A model that steps are compared on with PyTorch's, which pytorch/step.py has by the same name. */
export interface Network {
  /** As a run spec has it. */
  readonly spec: unknown
  readonly shape: readonly number[]
  /** How many steps to time. */
  readonly steps: number
}

const greyscale = [28, 28, 1]
const colour = [32, 32, 3]

const ofLayers = (topology: unknown, steps: number): Network => ({
  spec: { kind: 'layers', topology },
  shape: greyscale,
  steps,
})

export const networks: Readonly<Record<string, Network>> = {
  resnet20: { ...benchModels.resnet20, steps: 10 },
  wrn16x4: { ...benchModels.wrn16x4, steps: 3 },
  cnn: { ...benchModels.cnn, steps: 60 },
  mlp: { ...benchModels.mlp, steps: 200 },
  sepcnn: ofLayers(separableCnn, 40),
  lenet: ofLayers(lenet, 60),
  layernorm: ofLayers(layerNormMlp, 100),
  lstm: ofLayers(lstm, 40),
  encoder: ofLayers(encoder, 30),
  densenet40: { spec: { kind: 'densenet', depth: 40, growth: 12 }, shape: colour, steps: 3 },
  vgg16: { spec: { kind: 'vgg', depth: 16 }, shape: colour, steps: 3 },
}

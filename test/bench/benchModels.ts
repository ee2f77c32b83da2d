/** The models that step times are compared on, by the names that pytorch/step.py has for them too. */
export const benchModels = {
  softmax: { spec: { kind: 'softmax' }, shape: [28, 28, 1] },
  mlp: { spec: { kind: 'mlp', hidden: [256] }, shape: [28, 28, 1] },
  cnn: { spec: { kind: 'cnn', filters: [16, 32], dense: 128 }, shape: [28, 28, 1] },
  resnet20: { spec: { kind: 'resnet', depth: 20 }, shape: [32, 32, 3] },
  wrn16x4: { spec: { kind: 'wrn', depth: 16, widen: 4 }, shape: [32, 32, 3] },
} as const

export type BenchModel = keyof typeof benchModels
export const benchModelNames = [
  'softmax',
  'mlp',
  'cnn',
  'resnet20',
  'wrn16x4',
] as const satisfies readonly BenchModel[]

import type { ModelSpec } from '../run/spec.ts'

/** What depth and growth rate make of a DenseNet for CIFAR: Huang et al. 2017, sections 3 and 4.2. */
export interface DenseNetSizes {
  /** Channels of the first convolution. */
  readonly first: number
  /** Layers of each of the three blocks; one of DenseNet-BC has two convolutions. */
  readonly layers: number
  /** Channels after a transition from so many. */
  compressed(channels: number): number
}

export function denseNetSizes({
  depth,
  growth,
  bc,
}: Extract<ModelSpec, { kind: 'densenet' }>): DenseNetSizes {
  return {
    first: bc ? 2 * growth : 16,
    layers: (depth - 4) / (bc ? 6 : 3),
    compressed: (channels) => (bc ? Math.floor(channels / 2) : channels),
  }
}

/** Pixels that an image needs in height and in width: two transitions halve them. */
export const leastDenseNetSide = 4

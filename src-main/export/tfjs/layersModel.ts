import type { ModelSpec } from '../../../shared/run/spec.ts'
import type { NamedTensor } from '../safetensors.ts'
import type { Json } from './graph.ts'
import { topologyOf } from './networks.ts'

export interface LayersModelInput {
  readonly spec: ModelSpec
  /** Shape of one example. */
  readonly shape: readonly number[]
  readonly classes: number
  readonly tensors: readonly NamedTensor[]
  /** Goes along as userDefinedMetadata: at least how inputs are normalised. */
  readonly metadata: Readonly<Record<string, Json>>
}

/** A folder as tfjs's `loadLayersModel` takes it: model.json, and the weights in the order of its manifest. */
export function layersModelFiles(
  input: LayersModelInput,
): { name: string; chunks: (string | Uint8Array)[] }[] {
  const { spec, shape, classes, tensors, metadata } = input
  const model = {
    format: 'layers-model',
    generatedBy: 'Anneal',
    convertedBy: null,
    modelTopology: topologyOf(spec, shape, classes),
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: tensors.map(({ name, shape }) => ({ name: kerasName(name), shape, dtype: 'float32' })),
      },
    ],
    userDefinedMetadata: metadata,
  }
  return [
    // The weights first: where model.json is, all of it is.
    { name: 'weights.bin', chunks: tensors.map(({ data }) => data) },
    { name: 'model.json', chunks: [`${JSON.stringify(model)}\n`] },
  ]
}

function kerasName(name: string): string {
  return name.replace(/\/movingMean$/, '/moving_mean').replace(/\/movingVariance$/, '/moving_variance')
}

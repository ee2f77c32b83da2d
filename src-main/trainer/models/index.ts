import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { cnn } from './cnn.ts'
import { denseNet } from './denseNet.ts'
import { layersModel } from './layersModel.ts'
import { mlp } from './mlp.ts'
import type { Forward, Model, ModelInput } from './model.ts'
import { NetBuilder } from './netBuilder.ts'
import { resnet } from './resnet.ts'
import { softmaxRegression } from './softmax.ts'
import { vgg } from './vgg.ts'
import { wideResnet } from './wideResnet.ts'

export type { ForwardMode, Model, ModelInput } from './model.ts'
export { refuseLargeOutput, refuseOversize } from './size.ts'

type OwnSpec = Exclude<ModelSpec, { kind: 'layers' }>

/**
 * Builds the network of `spec` for `input`, its initial weights drawn from `seed`.
 * @throws UserError when the network does not fit the data
 */
export async function buildModel(spec: ModelSpec, input: ModelInput, seed: number): Promise<Model> {
  if (spec.kind === 'layers') return layersModel(spec, input, seed)
  const net = new NetBuilder(seed)
  try {
    const forward = connect(net, spec, input)
    return finish(spec.kind, net, forward)
  } catch (error) {
    net.dispose()
    throw error
  }
}

function connect(net: NetBuilder, spec: OwnSpec, input: ModelInput): Forward {
  switch (spec.kind) {
    case 'softmax':
      return softmaxRegression(net, input)
    case 'mlp':
      return mlp(net, spec, input)
    case 'cnn':
      return cnn(net, spec, input)
    case 'resnet':
      return resnet(net, spec, input)
    case 'wrn':
      return wideResnet(net, spec, input)
    case 'densenet':
      return denseNet(net, spec, input)
    case 'vgg':
      return vgg(net, spec, input)
  }
}

function finish(kind: ModelSpec['kind'], net: NetBuilder, forward: Forward): Model {
  return {
    kind,
    variables: net.variables,
    statistics: net.statistics,
    layers: net.layers,
    parameterCount: net.variables.reduce((sum, variable) => sum + variable.size, 0),
    forward: (x, mode) => tf.tidy(() => forward(x, mode)),
    dispose: () => net.dispose(),
  }
}

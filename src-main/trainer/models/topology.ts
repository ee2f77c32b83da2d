import { z } from 'zod'
import { parseOrExplain, show } from '../../../shared/errors.ts'
import { type Layer, layerConfig } from '../../../shared/model/layer.ts'
import { layersOf, outputLayer, readTopology, type Topology } from '../../../shared/model/topology.ts'
import { trainableCells, trainableLayers } from '../../../shared/model/trainableLayers.ts'
import { removeSoftmax } from '../../../shared/model/withoutSoftmax.ts'
import { rewriteWrapped } from '../../../shared/model/wrappedLayer.ts'
import { random } from '../../../shared/random.ts'
import { nameRepeatedInputs } from './repeatedInputs.ts'

/**
 * Makes a topology ready to be trained: gives every random initialiser a seed, and turns the softmax at the end into
 * logits.
 * @throws UserError naming the layer and why it cannot be trained
 */
export function prepareTopology(input: unknown, seed: number): Topology {
  const topology = readTopology(input)
  for (const one of layersOf(topology)) {
    seedInitialisers(one, seed, show(one.config.name))
    forgetBias(one)
    rewriteWrapped(one, (inner, index) => {
      const place = index > 0 ? `/${index}` : ''
      seedInitialisers(inner, seed, `${show(one.config.name)}/${show(inner.config.name)}${place}`)
      forgetBias(inner)
    })
  }
  removeSoftmax(outputLayer(topology))
  nameRepeatedInputs(topology)
  return topology
}

/** Sets a seed above 0 on every random initialiser: tfjs takes 0, and none, as unseeded. */
function seedInitialisers(one: Layer, seed: number, name: string): void {
  for (const [key, fallback] of Object.entries(
    { ...trainableLayers, ...trainableCells }[one.class_name] ?? {},
  )) {
    one.config[key] ??= fallback
  }
  for (const [key, value] of Object.entries(one.config)) {
    if (!key.endsWith('_initializer') || value === null) continue
    const own = 1 + random(seed, `init/${name}/${key}`).below(2 ** 31 - 1)
    one.config[key] = seeded(one, key, value, own)
  }
}

/** An LSTM's bias of zeros and ones comes from an initialiser of ours, where it has no other. */
function forgetBias({ class_name, config }: Layer): void {
  if (
    !['LSTM', 'LSTMCell', 'ConvLSTM2D'].includes(class_name) ||
    config.unit_forget_bias !== true ||
    config.use_bias === false
  )
    return
  const given = initialiser.safeParse(config.bias_initializer)
  if (given.success && given.data.class_name !== 'Zeros') return
  config.unit_forget_bias = false
  config.bias_initializer = { class_name: 'UnitForgetBias', config: {} }
}

const initialiser = z.looseObject({ class_name: z.string(), config: layerConfig.default({}) })

function seeded(one: Layer, key: string, value: z.core.util.JSONType, seed: number): z.core.util.JSONType {
  const given = typeof value === 'string' ? { class_name: className(value), config: {} } : value
  const { class_name, config: options } = parseOrExplain(
    initialiser,
    given,
    `reading ${key} of layer ${show(one.config.name)}`,
  )
  const fixed = ['Zeros', 'Ones', 'Constant', 'Identity'].includes(class_name)
  return { class_name, config: fixed ? options : { ...options, seed } }
}

/** glorot_uniform and glorotUniform to GlorotUniform; only LeCun is spelt with two capitals. */
function className(name: string): string {
  const camel = name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return camel.replace(/^Lecun/, 'LeCun')
}

import { z } from 'zod'
import * as fused from '../../../engine/fused.ts'
import * as tf from '../../../engine/tf.ts'
import { savedTensor, withGradient } from '../customGradient.ts'

/** An activation function as a layer of tfjs holds it. */
const activationOfLayer = z.custom<{ apply(x: tf.Tensor): tf.Tensor; getClassName(): string }>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'apply') === 'function' &&
    typeof Reflect.get(value, 'getClassName') === 'function',
)

/** By its name in tfjs, in one pass where the backend has that. @throws Error for a name that tfjs does not know */
export function activationOf(name: string): z.infer<typeof activationOfLayer> {
  const found = tf.serialization.SerializationMap.getMap().classNameMap[name]
  if (found === undefined) throw new Error(`Unknown activation: ${name}`)
  const [type, make] = found
  const activation = activationOfLayer.parse(Reflect.apply(make, type, [type, {}]))
  fuseActivation({ activation })
  return activation
}

/**
 * Lets the layer's activation, if tfjs composes it of several operations, run in one pass where the backend has a
 * kernel for it. The choice is made at each call, as the backend may change.
 */
export function fuseActivation(layer: object): void {
  const { data: activation } = activationOfLayer.safeParse(Reflect.get(layer, 'activation'))
  if (activation === undefined) return
  // tfjs has it as one operation as well, and composes it in its layers all the same.
  if (activation.getClassName() === 'relu6') activation.apply = (x) => tf.relu6(x)
  const name = Object.keys(fused.composedActivations).find(
    (known): known is fused.ComposedActivation => known === activation.getClassName(),
  )
  if (name === undefined) return
  const stock = activation.apply.bind(activation)
  activation.apply = (x) => inOnePass(name, x) ?? stock(x)
}

/** x where it is above theta, and 0 elsewhere; tfjs's own layer has no gradient. */
export function thresholdedRelu(x: tf.Tensor, theta: number): tf.Tensor {
  const ours = inOnePass('threshold', x, theta)
  if (ours !== undefined) return ours
  return withGradient([x], (save) => {
    const above = tf.cast(tf.greater(x, theta), 'float32')
    save([above])
    return { value: tf.mul(x, above), gradFunc: (dy, saved) => tf.mul(dy, savedTensor(saved, 0)) }
  })
}

function inOnePass(name: fused.ComposedActivation, x: tf.Tensor, alpha = 0): tf.Tensor | undefined {
  if (x.dtype !== 'float32' || !fused.hasActivation(name)) return undefined
  return withGradient([x], (save) => {
    const value = fused.activation(name, x, alpha)
    // The slope of a logarithm of a softmax is told by its result.
    save([name === 'logSoftmax' ? value : x])
    return {
      value,
      gradFunc: (dy, saved) => fused.activationGradient(name, dy, savedTensor(saved, 0), alpha),
    }
  })
}

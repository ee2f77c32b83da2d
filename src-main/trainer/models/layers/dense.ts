import * as tf from '../../../engine/tf.ts'
import type { DenseLayer, NetBuilder } from '../netBuilder.ts'

/** x·W + b from `inputs` numbers to `outputs` numbers. */
export function dense(net: NetBuilder, name: string, inputs: number, outputs: number): DenseLayer {
  const kernel = net.heNormal<tf.Rank.R2>(`${name}/kernel`, [inputs, outputs], inputs)
  const bias = net.vector(`${name}/bias`, outputs, 0)
  net.record(name, [outputs], [kernel, bias])
  return {
    outputShape: outputs,
    apply: (x) => tf.add<tf.Tensor2D>(tf.matMul(x, kernel), bias),
  }
}

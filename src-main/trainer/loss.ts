import { softmaxLoss } from '../engine/fused.ts'
import * as tf from '../engine/tf.ts'
import { savedTensor, withGradient } from './models/customGradient.ts'

/**
 * Mean softmax cross-entropy in nats of logits [batch, classes] against labels [batch] (int32), with label smoothing
 * s: the target is 1 - s + s/classes at the label and s/classes elsewhere (Szegedy et al. 2016, section 7, as in
 * PyTorch). Finite for finite logits: the largest one is taken off before the exponential.
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing = 0): tf.Scalar {
  const [batch, classes] = logits.shape
  const off = smoothing / classes
  return withGradient<tf.Scalar>([logits], (save) => {
    const fused = softmaxLoss(logits, labels, smoothing)
    if (fused !== undefined) {
      save([fused.gradient])
      return { value: fused.loss, gradFunc: (dy, saved) => tf.mul(savedTensor(saved, 0), dy) }
    }
    const target = tf.oneHot(labels, classes, 1 - smoothing + off, off, 'float32')
    const shifted = tf.sub(logits, tf.max(logits, 1, true))
    const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)))
    save([target, logProbabilities])
    return {
      value: tf.mul<tf.Scalar>(tf.sum(tf.mul(target, logProbabilities)), -1 / batch),
      gradFunc: (dy, saved) =>
        tf.mul(tf.sub(tf.exp(savedTensor(saved, 1)), savedTensor(saved, 0)), tf.div(dy, batch)),
    }
  })
}

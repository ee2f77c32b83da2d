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

/**
 * The weighted mean of softmax cross-entropy, in nats: the sum over examples of Σ_c t_c · (-log p_c), with
 * t = (1 - s) · w_label at the label plus s/classes · w_c everywhere, over the sum of the labels' weights. This is
 * torch.nn.CrossEntropyLoss(weight=w, label_smoothing=s, reduction='mean'); weights of 1 give softmaxCrossEntropy.
 * @param weights [classes], above 0 for each class that occurs
 */
export function weightedCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  weights: Float32Array,
  smoothing = 0,
): tf.Scalar {
  const classes = logits.shape[1]
  return withGradient<tf.Scalar>([logits], (save) => {
    const ofClass = tf.tensor2d(weights, [1, classes])
    const ofLabel = tf.mul(tf.oneHot(labels, classes, 1, 0, 'float32'), ofClass)
    const total = tf.sum(ofLabel)
    const target = tf.div(tf.add(tf.mul(ofLabel, 1 - smoothing), tf.mul(ofClass, smoothing / classes)), total)
    const shifted = tf.sub(logits, tf.max(logits, 1, true))
    const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)))
    save([target, logProbabilities])
    return {
      value: tf.neg<tf.Scalar>(tf.sum(tf.mul(target, logProbabilities))),
      gradFunc: (dy, saved) => {
        const [own, logs] = [savedTensor(saved, 0), savedTensor(saved, 1)]
        return tf.mul(tf.sub(tf.mul(tf.exp(logs), tf.sum(own, 1, true)), own), dy)
      },
    }
  })
}

import type { Layer } from './layer.ts'

/** Makes a layer give logits: the loss takes these, and so does whoever combines models. A softmax of its own is left out. */
export function removeSoftmax(one: Layer): void {
  if (one.class_name === 'Softmax') {
    one.class_name = 'Activation'
    one.config = { name: one.config.name ?? null, activation: 'linear' }
  } else if (one.config.activation === 'softmax') one.config.activation = 'linear'
}

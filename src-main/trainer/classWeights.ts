import { checkClassWeights } from '../../shared/run/classWeights.ts'
import type { RunSpec } from '../../shared/run/spec.ts'

/**
 * The weight of each class in the loss, [classes]. balanced: n / (k · n_c) for n examples in k classes, n_c of them in c
 * (scikit-learn's compute_class_weight); a class without an example weighs 0.
 * @param labels of the training part · @returns undefined where the spec has none
 * @throws UserError when the list is not as long as there are classes
 */
export function classWeightsOf(
  spec: RunSpec['classWeights'],
  labels: Uint16Array,
  classes: number,
): Float32Array | undefined {
  if (spec === undefined) return undefined
  if (spec === 'balanced') {
    const counts = new Float64Array(classes)
    for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
    return Float32Array.from(counts, (count) => (count === 0 ? 0 : labels.length / (classes * count)))
  }
  checkClassWeights({ classWeights: spec }, classes)
  return Float32Array.from(spec)
}

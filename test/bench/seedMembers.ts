import { mkdirSync } from 'node:fs'
import { score, softmaxRows } from '../../shared/ensemble/index.ts'
import { random } from '../../shared/random.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import { openStore } from '../../src-main/store/index.ts'
import type { Lab } from '../e2e/lab.ts'

export interface Size {
  readonly members: number
  /** Of the test part, and of the validation part. */
  readonly examples: number
  readonly classes: number
}

/** A finished run whose snapshots are right ever more often. */
export function seedMembers({ home, database }: Lab, { members, examples, classes }: Size) {
  mkdirSync(home, { recursive: true })
  const store = openStore(database)
  store.write.putDataset({ id: '0123456789abcdef', name: 'seeded', folder: home, meta: {} })
  const spec = parseRunSpec({
    name: `${members} snapshots`,
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
    budget: { epochs: members },
  })
  const plan = { totalSteps: 10 * members, stepsPerEpoch: 10 }
  const run = store.write.createRun({
    spec,
    datasetId: '0123456789abcdef',
    plan,
    totalSteps: plan.totalSteps,
  })
  const { attempt } = store.write.claimRun(run.id)
  const labels = {
    validation: randomLabels(examples, classes, 'validation'),
    test: randomLabels(examples, classes, 'test'),
  }
  for (let k = 0; k < members; k++) {
    const position = {
      stepsDone: 10 * (k + 1),
      epoch: { lossSum: 0, correct: 0, examples: 0 },
      optimizerScalars: {},
    }
    const [validation, test] = (['validation', 'test'] as const).map((part) => {
      const probs = answers(labels[part], classes, `${part} ${k}`)
      const { nll, accuracy } = score(probs, { labels: labels[part], classes })
      return { nll, accuracy, stored: { part, classes, labels: labels[part], probs } }
    })
    if (validation === undefined || test === undefined) continue
    store.record([
      {
        ...{ runId: run.id, attempt, seq: k, type: 'snapshot' as const },
        ...{ cycle: k + 1, step: 10 * (k + 1) - 1, lr: 0.001, weightsSha256: `${k}` },
        ...{ valLoss: validation.nll, valAccuracy: validation.accuracy },
        ...{ testLoss: test.nll, testAccuracy: test.accuracy },
        normalisation: { mean: [0], std: [1] },
        state: { position, tensors: [] },
        predictions: [validation.stored, test.stored],
      },
    ])
  }
  store.write.setStatus(run.id, 'completed')
  const snapshotIds = store.read.snapshots(run.id).map(({ id }) => id)
  store.close()
  return { runId: run.id, snapshotIds }
}

function randomLabels(examples: number, classes: number, purpose: string): Uint16Array<ArrayBuffer> {
  const rng = random(1, purpose)
  return Uint16Array.from({ length: examples }, () => rng.below(classes))
}

function answers(labels: Uint16Array, classes: number, purpose: string): Float32Array<ArrayBuffer> {
  const rng = random(1, purpose)
  const logits = Float64Array.from(
    { length: labels.length * classes },
    (_, i) => 6 * rng.next() + (i % classes === labels[Math.floor(i / classes)] ? 4 : 0),
  )
  return Float32Array.from(softmaxRows(logits, classes))
}

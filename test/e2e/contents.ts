import type { Store } from '../../src-main/store/types.ts'

export type Contents = ReturnType<typeof contents>

/** All that a run left, apart from its ids and its times. */
export function contents(store: Store, runId: string) {
  const run = store.read.run(runId)
  const series: Record<string, { steps: number[]; values: number[] }> = {}
  for (const name of store.read.seriesNames(runId)) {
    if (name === 'samplesPerSecond') continue
    const chunks = [...store.read.chunks(runId, name)]
    series[name] = {
      steps: chunks.flatMap((chunk) => [...chunk.steps]),
      values: chunks.flatMap((chunk) => [...chunk.values]),
    }
  }
  return {
    status: run.status,
    stepsDone: run.stepsDone,
    sha: run.finalWeightsSha256,
    series,
    epochs: store.read.epochs(runId).map(({ seconds: _, trainingSeconds: _training, ...epoch }) => epoch),
    snapshots: store.read.snapshots(runId).map(({ id, runId: _, createdAt: _time, ...snapshot }) => ({
      ...snapshot,
      probs: store.read.predictions(id, 'test')?.probs,
    })),
  }
}

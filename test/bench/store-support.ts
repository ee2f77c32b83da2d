import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { TrainerEventOf } from '../../shared/run/messages.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import { openStore } from '../../src-main/store/index.ts'
import type { RunRecord, Store } from '../../src-main/store/types.ts'

/** One measured figure, and the promise it is held against. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly atLeast?: number
  readonly atMost?: number
}

const passes = ({ value, atLeast, atMost }: Figure): boolean =>
  (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)

const digits = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)

/** Prints the figures, as JSON with --json; the exit status is 1 when a promise is not kept. */
export function report(title: string, figures: readonly Figure[]): void {
  // A benchmark may have options of its own beside this.
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } }, strict: false })
  const pass = figures.every(passes)
  if (values.json) {
    console.log(
      JSON.stringify({
        title,
        pass,
        figures: figures.map((figure) => ({ ...figure, pass: passes(figure) })),
      }),
    )
  } else {
    console.log(title)
    for (const figure of figures) {
      const promise =
        figure.atLeast !== undefined
          ? `${passes(figure) ? 'PASS' : 'FAIL'} (at least ${digits(figure.atLeast)})`
          : figure.atMost !== undefined
            ? `${passes(figure) ? 'PASS' : 'FAIL'} (at most ${digits(figure.atMost)})`
            : ''
      console.log(
        `  ${figure.name.padEnd(60)} ${digits(figure.value).padStart(12)} ${figure.unit.padEnd(18)} ${promise}`,
      )
    }
  }
  if (!pass) process.exitCode = 1
}

export interface BenchStore {
  readonly path: string
  readonly store: Store
  readonly run: RunRecord
  /** Bytes of the file and its log. */
  size(): number
  reopen(): Store
  remove(): void
}

/** A fresh database with one run under way. */
export function benchStore(): BenchStore {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-bench-'))
  const path = join(folder, 'lab.db')
  let store = openStore(path)
  const spec = parseRunSpec({ schedule: { kind: 'constant', lr: 0.1 }, budget: { steps: 1_000_000_000 } })
  store.write.putDataset({ id: 'bench', name: 'bench', folder, meta: {} })
  const plan = { totalSteps: 1_000_000_000, stepsPerEpoch: 1000 }
  const { id } = store.write.createRun({ spec, datasetId: 'bench', plan, totalSteps: plan.totalSteps })
  return {
    path,
    store,
    run: store.write.claimRun(id),
    size: () =>
      [path, `${path}-wal`].reduce(
        (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
        0,
      ),
    reopen() {
      store.close()
      store = openStore(path)
      return store
    },
    remove() {
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Values as a training run has them: noise around a falling line. */
export function metricsEvent(
  run: RunRecord,
  seq: number,
  firstStep: number,
  count: number,
  names: readonly string[],
): TrainerEventOf<'metrics'> {
  const column = () =>
    Float64Array.from({ length: count }, (_, i) => 2 / (1 + (firstStep + i) / 1e5) + Math.random() * 0.3)
  return {
    type: 'metrics',
    runId: run.id,
    attempt: run.attempt,
    seq,
    firstStep,
    columns: Object.fromEntries(names.map((name) => [name, column()])),
    samplesPerSecond: 1e4,
  }
}

export const percentile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

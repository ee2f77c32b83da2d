import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { EngineName } from '../../../shared/run/spec.ts'
import { type Core, openCore } from '../../../src-main/core.ts'
import { cloudsCsv } from '../../e2e/lab.ts'

/** Milliseconds: what is tested is who measures and when, and not how well. */
export const measuredFor = 50

/** A home folder with the table "clouds", and programs on it. */
export interface CoreLab {
  readonly home: string
  readonly core: Core
  /** Another program on the same database. */
  another(): Core
  close(): Promise<void>
}

/**
 * @param contenders devices that "auto" measures against each other, where not those of a user's machine
 * @param within milliseconds for which each of them is measured
 */
export async function openLab(
  rows = 300,
  contenders?: readonly EngineName[],
  within = measuredFor,
): Promise<CoreLab> {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-runs-'))
  const db = path.join(home, 'anneal.db')
  const cores: Core[] = []
  const another = (): Core => {
    const core = openCore({ home, db, measuredFor: within, ...(contenders !== undefined && { contenders }) })
    cores.push(core)
    return core
  }
  const core = another()
  const csv = path.join(home, 'clouds.csv')
  writeFileSync(csv, cloudsCsv(rows))
  await core.catalogue.import({ format: 'csv', path: csv, label: 'cloud' })
  return {
    home,
    core,
    another,
    async close() {
      for (const each of cores) await each.close()
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    },
  }
}

/** A run of the table that takes well under a second an epoch. */
export const cloudsSpec = (epochs: number, more: Readonly<Record<string, unknown>> = {}) => ({
  dataset: { name: 'clouds' },
  model: { kind: 'mlp', hidden: [8] },
  schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
  batchSize: 10,
  budget: { epochs },
  ...more,
})

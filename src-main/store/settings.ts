import { z } from 'zod'
import { type SlotSettings, slotSettings } from '../../shared/api/studies.ts'
import { usualPatience } from '../../shared/worker/timings.ts'
import type { Db } from './database.ts'
import type { WriteContext } from './runWrites.ts'
import type { WorkerSettings } from './types.ts'

/* What a user sets for the lab, whichever door it was set in. What cannot be read counts as not set. */

const valueRow = z.object({ value: z.string() })

const workerSettings = z.object({ patience: z.number().positive().default(usualPatience) })

export const readSlots = (db: Db): SlotSettings =>
  slotSettings.catch(slotSettings.parse({})).parse(read(db, 'slots') ?? {})

export const putSlots = ({ db }: WriteContext, slots: SlotSettings): void => put(db, 'slots', slots)

export const readWorkerSettings = (db: Db): WorkerSettings =>
  workerSettings.catch(workerSettings.parse({})).parse(read(db, 'workers') ?? {})

export const putWorkerSettings = ({ db }: WriteContext, settings: WorkerSettings): void =>
  put(db, 'workers', settings)

function read(db: Db, name: string): unknown {
  const row = db.get(valueRow, 'SELECT value FROM settings WHERE name = ?', name)
  return row && asJson(row.value)
}

function put(db: Db, name: string, value: unknown): void {
  db.run(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    JSON.stringify(value),
  )
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

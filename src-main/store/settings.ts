import { z } from 'zod'
import { type SlotSettings, slotSettings } from '../../shared/api/studies.ts'
import type { Db } from './database.ts'
import type { WriteContext } from './runWrites.ts'

/* What a user sets for the lab, whichever door it was set in. What cannot be read counts as not set. */

const valueRow = z.object({ value: z.string() })

export function readSlots(db: Db): SlotSettings {
  const row = db.get(valueRow, "SELECT value FROM settings WHERE name = 'slots'")
  return slotSettings.catch(slotSettings.parse({})).parse(row === undefined ? {} : asJson(row.value))
}

export function putSlots({ db }: WriteContext, slots: SlotSettings): void {
  db.run(
    "INSERT INTO settings (name, value) VALUES ('slots', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    JSON.stringify(slots),
  )
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

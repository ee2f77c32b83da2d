import { z } from 'zod'
import {
  type DeviceComparison,
  type DeviceTiming,
  deviceTiming,
  type MachineIdentity,
  machineIdentity,
  type TimingSubject,
  timingSubject,
} from '../../shared/run/deviceComparison.ts'
import type { Db } from './database.ts'
import { json } from './rows.ts'
import type { WriteContext } from './runWrites.ts'

/* What was measured of devices. JSON is compared as text: parsed by its schema, its fields come in one order. */

const machineText = (machine: MachineIdentity): string => JSON.stringify(machineIdentity.parse(machine))
const subjectText = (subject: TimingSubject): string => JSON.stringify(timingSubject.parse(subject))

/** Columns that a row leaves empty are not part of its form. */
const timingColumns = z
  .record(z.string(), z.unknown())
  .transform((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))
  .pipe(deviceTiming)

/** Each model and batch size that is measured adds one. */
const mostKept = 200
const NEWEST_FIRST = 'ORDER BY measured_at DESC, id DESC'

const calibrationRow = z.object({
  machine: json(machineIdentity),
  subject: json(timingSubject),
  measuredAt: z.number(),
  timings: json(z.array(timingColumns).min(1)),
})

const CALIBRATIONS = `
  SELECT id, machine, subject, measured_at AS measuredAt,
    (SELECT json_group_array(
       json_object('name', name, 'device', device, 'stepMs', step_ms, 'steps', steps, 'failure', failure) ORDER BY ordinal)
     FROM calibration_timings WHERE calibration_id = calibrations.id) AS timings
  FROM calibrations`

export function findDeviceComparison(
  db: Db,
  machine: MachineIdentity,
  subject: TimingSubject,
): DeviceComparison | undefined {
  return readCalibrations(
    db,
    'WHERE machine = ? AND subject = ?',
    machineText(machine),
    subjectText(subject),
  )[0]
}

/** Of this machine, the newest first. */
export function listDeviceComparisons(db: Db, machine: MachineIdentity): DeviceComparison[] {
  return readCalibrations(db, `WHERE machine = ? ${NEWEST_FIRST}`, machineText(machine))
}

const readCalibrations = (db: Db, which: string, ...values: string[]): DeviceComparison[] =>
  readRows(db, calibrationRow, which, ...values)

const anyRow = z.record(z.string(), z.unknown())

/** A row that is not of its form counts as not measured: it can be measured anew, and must not cost a run its start. */
function readRows<T>(db: Db, form: z.ZodType<T>, which: string, ...values: string[]): T[] {
  return db.all(anyRow, `${CALIBRATIONS} ${which}`, ...values).flatMap((row) => {
    const { success, data } = form.safeParse(row)
    return success ? [data] : []
  })
}

/** In the place of what was measured before of the same on the same. */
export function putDeviceComparison(
  { db }: WriteContext,
  { machine, subject, timings, measuredAt }: DeviceComparison,
): void {
  const key = [machineText(machine), subjectText(subject)]
  db.run('DELETE FROM calibrations WHERE machine = ? AND subject = ?', ...key)
  const { lastId } = db.run(
    'INSERT INTO calibrations (machine, subject, measured_at) VALUES (?, ?, ?)',
    ...key,
    measuredAt,
  )
  for (const [ordinal, timing] of timings.entries()) putTiming(db, lastId, ordinal, timing)
  forgetOldest(db)
}

/** Of all machines: what they were before an update is measured no more. Rows that cannot be read are not ours to take. */
function forgetOldest(db: Db): void {
  const ids = readRows(db, calibrationRow.extend({ id: z.number() }), NEWEST_FIRST).map(({ id }) => id)
  for (const id of ids.slice(mostKept)) db.run('DELETE FROM calibrations WHERE id = ?', id)
}

function putTiming(db: Db, calibration: number, ordinal: number, timing: DeviceTiming): void {
  const measured = 'stepMs' in timing ? timing : undefined
  db.run(
    `INSERT INTO calibration_timings (calibration_id, ordinal, name, device, step_ms, steps, failure)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    calibration,
    ordinal,
    timing.name,
    measured?.device ?? null,
    measured?.stepMs ?? null,
    measured?.steps ?? null,
    'failure' in timing ? timing.failure : null,
  )
}

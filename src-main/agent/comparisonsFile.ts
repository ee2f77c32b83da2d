import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import {
  type DeviceComparison,
  deviceTiming,
  machineIdentity,
  timingSubject,
} from '../../shared/run/deviceComparison.ts'
import type { ComparisonStore } from '../devices/comparisonStore.ts'

const comparisons = z.array(
  z.strictObject({
    machine: machineIdentity,
    subject: timingSubject,
    timings: z.array(deviceTiming),
    measuredAt: z.number(),
  }),
)
/** More models than a worker meets between two of its builds. */
const most = 200

/**
 * What this machine measured, in a file of the agent's folder. It can be measured again: a file that cannot be read is as
 * good as none, and one that cannot be written keeps no run from training.
 */
export function comparisonsFile(file: string): ComparisonStore {
  let kept: readonly DeviceComparison[] = read(file)
  return {
    get: (machine, subject) => kept.find((each) => isFor(each, { machine, subject })),
    list: (machine) => kept.filter((each) => isDeepStrictEqual(each.machine, machine)),
    put(comparison) {
      const { machine, subject } = comparison
      const others = kept.filter((each) => !isFor(each, { machine, subject }))
      kept = [comparison, ...others].slice(0, most)
      try {
        writeFileSync(`${file}.new`, JSON.stringify(kept))
        renameSync(`${file}.new`, file)
      } catch {
        // The disk is full, for instance.
      }
    },
  }
}

type Question = Pick<DeviceComparison, 'machine' | 'subject'>
const isFor = (kept: Question, { machine, subject }: Question): boolean =>
  isDeepStrictEqual(kept.machine, machine) && isDeepStrictEqual(kept.subject, subject)

function read(file: string): DeviceComparison[] {
  try {
    return comparisons.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

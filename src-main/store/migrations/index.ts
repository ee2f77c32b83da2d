import { initial } from './001-initial.ts'
import { changes } from './002-changes.ts'
import { calibrations } from './003-calibrations.ts'
import { queue } from './004-queue.ts'
import { trainingTime } from './005-training-time.ts'
import { checksums } from './006-checksums.ts'
import { studies } from './007-studies.ts'
import { elsewhere } from './008-elsewhere.ts'
import { following } from './009-following.ts'
import { workers } from './010-workers.ts'
import { kernels } from './011-kernels.ts'

/** Entry n takes a database of version n to version n + 1. One that was released is never changed, only followed. */
export const migrations: readonly string[] = [
  initial,
  changes,
  calibrations,
  queue,
  trainingTime,
  checksums,
  studies,
  elsewhere,
  following,
  workers,
  kernels,
]

import type { EngineName, RunSpec } from '../../shared/run/spec.ts'
import type { DeviceClass } from '../../shared/worker/protocol.ts'
import type { WorkerRecord } from '../store/types/worker.ts'

/** What a run says of its device. */
interface OnDevice {
  readonly spec: Pick<RunSpec, 'device'>
  /** What it has trained on; null before. */
  readonly deviceName: EngineName | null
}

/**
 * What a run needs of a worker. All that a processor does, any slot does. One that chose its device itself ("auto") and has
 * begun stays on its kind, as it does here, as long as a worker has that kind.
 * @param there what the workers have
 */
export function deviceClassOf({ spec, deviceName }: OnDevice, there: ReadonlySet<DeviceClass>): DeviceClass {
  const asked = classOf(spec.device)
  if (spec.device !== 'auto' || deviceName === null) return asked
  const before = classOf(deviceName)
  return there.has(before) ? before : asked
}

const classOf = (device: RunSpec['device']): DeviceClass =>
  device === 'cuda' || device === 'webgpu' ? device : 'processor'

/** What the workers that have joined can offer, by what they last said. */
export const classesOf = (
  workers: readonly Pick<WorkerRecord, 'state' | 'about'>[],
): ReadonlySet<DeviceClass> =>
  new Set(
    workers
      .filter(({ state }) => state === 'joined')
      .flatMap(({ about }) => about?.slots.flatMap(({ classes }) => classes) ?? []),
  )

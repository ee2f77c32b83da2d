import { wordsOf } from '../../shared/errors.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import type { AttemptKey, DeviceClass, WorkerSlot } from '../../shared/worker/protocol.ts'
import { createDevices, type Devices, type DevicesOptions, whyAbsentHere } from '../devices/index.ts'
import type { NvidiaGpu } from './nvidia.ts'

/** One slot, with what is known of its device and who has it. */
export interface Place {
  readonly id: number
  /** As users read it. */
  readonly device: string
  readonly kind: 'processor' | 'nvidia' | 'otherGpu'
  /** Of an NVIDIA GPU. */
  readonly uuid: string | undefined
  /** Variables of what runs there. */
  readonly env: Readonly<Record<string, string>>
  readonly devices: PlaceDevices
  /** What it offers; none before its driver was started. */
  classes: readonly DeviceClass[]
  unusable: string | undefined
  isLookedAt: boolean
  isTaken: boolean
  running: AttemptKey | undefined
  /** A trainer computes there: what is measured meanwhile is disturbed. */
  isTraining: boolean
}

type PlaceDevices = Pick<Devices, 'contenders' | 'choose' | 'close'>

export interface PlaceContext extends Pick<DevicesOptions, 'comparisons' | 'neighbours'> {
  /** Starts what looks for devices and measures them. */
  readonly devicesOf?: (options: DevicesOptions) => PlaceDevices
}

type What = Pick<Place, 'device' | 'kind' | 'uuid' | 'env'>

function placeOf(
  id: number,
  what: What,
  { devicesOf = createDevices, ...context }: PlaceContext,
  how: DevicesOptions,
): Place {
  return {
    ...what,
    id,
    devices: devicesOf({ ...context, ...how, env: what.env }),
    classes: [],
    unusable: 'its driver is being started',
    isLookedAt: false,
    isTaken: false,
    running: undefined,
    isTraining: false,
  }
}

const isOfGpu = (name: EngineName): boolean => name === 'cuda' || name === 'webgpu'

/** It sees no GPU, so that no two runs meet on one. */
export function processorPlace(id: number, context: PlaceContext): Place {
  const env = { CUDA_VISIBLE_DEVICES: '' }
  const whyAbsent = (name: EngineName) =>
    isOfGpu(name) ? 'this run has a place of the processor alone' : undefined
  const what: What = { device: 'processor', kind: 'processor', uuid: undefined, env }
  const place = placeOf(id, what, context, { contenders: ['simd'], whyAbsent })
  return { ...place, classes: ['processor'], unusable: undefined, isLookedAt: true }
}

/** @param isFirst WebGPU cannot be told which GPU to take: one place alone has it */
export function nvidiaPlace(id: number, gpu: NvidiaGpu, isFirst: boolean, context: PlaceContext): Place {
  const { uuid, name, index } = gpu
  const what: What = {
    device: `${name} (GPU ${index})`,
    kind: 'nvidia',
    uuid,
    env: { CUDA_VISIBLE_DEVICES: uuid },
  }
  const whyAbsent = (engine: EngineName) =>
    engine === 'webgpu' && !isFirst ? 'WebGPU is of another place' : whyAbsentHere(engine)
  return placeOf(id, what, context, { whyAbsent })
}

export function otherGpuPlace(id: number, context: PlaceContext): Place {
  const what: What = { device: 'GPU', kind: 'otherGpu', uuid: undefined, env: {} }
  return placeOf(id, what, context, { contenders: ['webgpu', 'simd'] })
}

/** Starts the drivers of its GPU once, each in a process of its own, and says by that what it can be used for. */
export async function lookAt(place: Place): Promise<void> {
  place.isLookedAt = true
  try {
    const { cuda, webgpu } = (await place.devices.contenders()).known
    const isCuda = place.kind === 'nvidia' && cuda?.available === true
    const classes: DeviceClass[] = isCuda ? ['cuda'] : []
    // What only computes as if it were a GPU is none.
    if (webgpu?.available === true && webgpu.rank >= 0) classes.push('webgpu')
    place.classes = classes.length > 0 ? ['processor', ...classes] : []
    const why = [cuda, webgpu].flatMap((found) => (found?.available === false ? [found.reason] : []))
    if (cuda === undefined && place.kind === 'nvidia') why.unshift(whyAbsentHere('cuda') ?? 'no CUDA')
    place.unusable =
      classes.length > 0 ? undefined : `Anneal cannot use it: ${why.join('; ') || 'no driver starts'}`
  } catch (error) {
    place.unusable = `its driver could not be started: ${wordsOf(error)}`
  }
}

export const slotOf = ({ id, device, uuid, classes, unusable, running }: Place): WorkerSlot => ({
  id,
  classes: [...classes],
  device,
  ...(uuid !== undefined && { cudaDevice: uuid }),
  ...(unusable !== undefined && { unusable: unusable.slice(0, 2000) }),
  ...(running !== undefined && { running }),
})

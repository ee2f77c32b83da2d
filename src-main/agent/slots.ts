import { UserError, wordsOf } from '../../shared/errors.ts'
import type { TimingSubject } from '../../shared/run/deviceComparison.ts'
import type { StartMessage } from '../../shared/run/messages.ts'
import type { DeviceAdvice } from '../../shared/run/probe.ts'
import type { DeviceName } from '../../shared/run/spec.ts'
import type { AttemptKey, DeviceClass, WorkerSlot } from '../../shared/worker/protocol.ts'
import { whyAbsentHere } from '../devices/index.ts'
import { threadsFor } from '../runs/threads.ts'
import { type NvidiaGpu, nvidiaGpus, whyBusy } from './nvidia.ts'
import {
  lookAt,
  nvidiaPlace,
  otherGpuPlace,
  type Place,
  type PlaceContext,
  processorPlace,
  slotOf,
} from './place.ts'
import { type PlaceNeighbours, placeNeighbours } from './placeNeighbours.ts'
import { ofThisProcess } from './processTree.ts'

/*
 * The places of this machine at which runs train, one run each:
 *
 *   0 .. n-1   the processor, whose threads all places share    processor
 *   n ..       one for each NVIDIA GPU                          processor, cuda; the first also webgpu
 *   n          where there is none: a GPU of another make       processor, webgpu
 *
 * A run that leaves its device open takes a GPU's place first: there "auto" measures the GPU against the processor.
 */

export interface SlotsOptions extends Omit<PlaceContext, 'neighbours'> {
  /** How many runs share the processor. 0, for a machine whose GPUs alone are to be used. */
  readonly processorSlots?: number
}

export interface Slots {
  /**
   * Looks for GPUs and at who uses them. The first look starts each driver, which may take a minute; until then its place
   * is there and unusable. Never rejects.
   */
  refresh(): Promise<void>
  list(): WorkerSlot[]
  /** @returns undefined where no place that offers this class is free */
  reserve(deviceClass: DeviceClass): SlotLease | undefined
  /**
   * Which device a run is to take at its place: measured now where nothing is known of its model.
   * @throws NoAnswer when `signal` is aborted
   */
  adviceFor(started: Started, lease: SlotLease, signal: AbortSignal): Promise<DeviceAdvice>
  close(): void
}

export interface SlotLease {
  readonly slot: WorkerSlot
  /** Of the processor, for its trainer; all where undefined. */
  readonly threads: number | undefined
  /** Variables of its trainer. */
  readonly env: Readonly<Record<string, string>>
  /** What the place is for from now on. */
  hold(key: AttemptKey): void
  release(): void
}

/** What the host answers to `start`, and what is measured of the run to choose a device. */
export interface Started {
  readonly start: StartMessage
  /** The device that the run has trained on, else the one that it asks for. */
  readonly device: DeviceName
  readonly subject: TimingSubject
}

/** @throws UserError for a number of places that cannot be */
export function createSlots({ processorSlots = 1, ...options }: SlotsOptions): Slots {
  if (!Number.isInteger(processorSlots) || processorSlots < 0 || processorSlots > 64)
    throw new UserError(
      `While starting the worker: --slots must be from 0 to 64 (received ${processorSlots}).`,
    )
  const places: Place[] = []
  const neighbours = placeNeighbours(places)
  const context = { ...options, neighbours }
  for (let id = 0; id < processorSlots; id++) places.push(processorPlace(id, context))
  const threads = (id: number): number | undefined => threadsFor({ slots: places.length, others: id })
  const refresh = oneAtATime(() => refreshAll(places, context))
  const inTurn = createTurns()

  return {
    refresh,
    list: () => places.map(slotOf),
    reserve(deviceClass) {
      const free = places.filter(
        ({ isTaken, unusable, classes }) =>
          !isTaken && unusable === undefined && classes.includes(deviceClass),
      )
      const place = free.find(({ kind }) => kind !== 'processor') ?? free[0]
      return place && leaseOf(place, threads(place.id))
    },
    adviceFor(started, lease, signal) {
      const place = places[lease.slot.id]
      if (place === undefined) throw new Error(`there is no slot ${lease.slot.id}`)
      // A second question would disturb what the first one measures.
      return inTurn(() => advise(started, { place, threads: lease.threads, neighbours }, signal))
    },
    close() {
      for (const { devices } of places) devices.close()
    },
  }
}

/** Never rejects. */
async function refreshAll(places: Place[], context: PlaceContext): Promise<void> {
  const ofNvidia = (): Place[] => places.filter(({ kind }) => kind === 'nvidia')
  try {
    const gpus = await nvidiaGpus()
    for (const gpu of gpus) {
      if (places.some(({ uuid }) => uuid === gpu.uuid)) continue
      places.push(nvidiaPlace(places.length, gpu, ofNvidia().length === 0, context))
    }
    if (gpus.length === 0 && wantsOtherGpu(places)) places.push(otherGpuPlace(places.length, context))
    // One after another: each takes memory of its GPU, and the processor's time.
    for (const place of places) if (!place.isLookedAt) await lookAt(place)
    const isOurs = ofThisProcess()
    for (const place of ofNvidia()) seeWhoUses(place, gpus, isOurs)
  } catch (error) {
    const why = wordsOf(error)
    for (const place of ofNvidia()) if (!place.isTaken) place.unusable = why
  }
}

/** Whoever has said which GPUs of NVIDIA this worker may have has not meant others. */
const wantsOtherGpu = (places: readonly Place[]): boolean =>
  places.every(({ kind }) => kind === 'processor') &&
  process.env.CUDA_VISIBLE_DEVICES === undefined &&
  whyAbsentHere('webgpu') === undefined

function seeWhoUses(place: Place, gpus: readonly NvidiaGpu[], isOurs: (pid: number) => boolean): void {
  // Whatever the driver says of it now, it can train nothing, or trains for us.
  if (place.classes.length === 0 || place.isTaken) return
  const gpu = gpus.find(({ uuid }) => uuid === place.uuid)
  place.unusable =
    gpu === undefined ? 'its driver no longer lists it: see what "nvidia-smi" says' : whyBusy(gpu, isOurs)
}

function leaseOf(place: Place, threads: number | undefined): SlotLease {
  place.isTaken = true
  let isOver = false
  return {
    slot: slotOf(place),
    threads,
    env: place.env,
    hold(key) {
      if (!isOver) place.running = key
    },
    release() {
      if (isOver) return
      isOver = true
      place.isTaken = false
      place.running = undefined
      place.isTraining = false
    },
  }
}

interface Advising {
  readonly place: Place
  readonly threads: number | undefined
  readonly neighbours: PlaceNeighbours
}

async function advise(
  { start, device, subject }: Started,
  { place, threads, neighbours }: Advising,
  signal: AbortSignal,
): Promise<DeviceAdvice> {
  const { spec, runId, attempt } = start
  const choice = await place.devices.choose({
    wanted: spec.device,
    subject,
    run: runId,
    threads,
    ...(spec.device === 'auto' && device !== 'auto' && { ranOn: device }),
  })
  const advice = choice.type === 'advice' ? choice.advice : await choice.measure(signal)
  if (place.isTaken) {
    place.running = { runId, attempt }
    place.isTraining = true
    neighbours.began(runId)
  }
  return advice
}

function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined
  return () => {
    underWay ??= work().finally(() => {
      underWay = undefined
    })
    return underWay
  }
}

function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

import type { WorkerInfo, WorkersInfo } from '../../shared/api/workers.ts'
import { type Placement, placement } from '../../shared/worker/placement.ts'
import { clock } from './clock.ts'
import { machinesOf } from './workerWords.ts'

/* The menu "Where it trains". A choice is told by a text: "here", "anyWorker", "worker abcd1234", "slurm". */

export interface PlacementChoice {
  readonly value: string
  readonly label: string
  readonly isDisabled: boolean
}

const HERE = 'here'

export function choiceOf(chosen: Placement | null): string {
  if (chosen === null) return HERE
  return chosen.at === 'worker' ? `worker ${chosen.workerId}` : chosen.at
}

export function placementOf(value: string): Placement | null {
  const [at = '', workerId] = value.split(' ')
  return placement.safeParse(workerId === undefined ? { at } : { at, workerId }).data ?? null
}

/** @param chosen stands in the menu whatever has become of it */
export function placementChoices(
  info: WorkersInfo,
  chosen: Placement | null,
  now: number,
): PlacementChoice[] {
  const choices: PlacementChoice[] = [{ value: HERE, label: 'here', isDisabled: false }]
  const { slurm } = info
  const workers = machinesOf(info)
  if (workers.length > 0 || chosen?.at === 'anyWorker')
    choices.push({ value: 'anyWorker', label: 'any worker', isDisabled: workers.length === 0 })
  for (const worker of workers) choices.push(workerChoice(worker, now))
  if (slurm.isReady || chosen?.at === 'slurm')
    choices.push({
      value: 'slurm',
      label: slurm.isReady ? 'Slurm' : 'Slurm: not ready',
      isDisabled: !slurm.isReady,
    })
  const value = choiceOf(chosen)
  if (!choices.some((choice) => choice.value === value))
    choices.push({ value, label: 'a worker that was removed', isDisabled: true })
  return choices
}

function workerChoice(worker: WorkerInfo, now: number): PlacementChoice {
  const value = `worker ${worker.id}`
  const { name, outOfTouchSince } = worker
  const why = refusal(worker)
  if (why !== undefined) return { value, label: `${name}: ${why}`, isDisabled: true }
  const devices = devicesOf(worker)
  const since = outOfTouchSince === null ? '' : `, out of touch since ${clock(outOfTouchSince, now)}`
  return { value, label: `${name}${devices === '' ? '' : `: ${devices}`}${since}`, isDisabled: false }
}

/** Why it takes no run; undefined where it does. One that is out of touch gets the run when it is back. */
function refusal({ state, reason }: WorkerInfo): string | undefined {
  if (state === 'out') return reason === null ? 'out' : `out (${reason.replace(/\.$/, '')})`
  if (state === 'draining') return 'draining'
  return state === 'invited' ? 'has not joined yet' : undefined
}

/** "2 × NVIDIA H200, processor": the devices of its slots, those alike counted. */
function devicesOf({ about }: WorkerInfo): string {
  const counts = new Map<string, number>()
  for (const { device } of about?.slots ?? []) {
    const kind = device.replace(/ \(GPU \d+\)$/, '')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`)).join(', ')
}

/** "any worker", "gpu-box", "Slurm" */
export function placementName(chosen: Placement, workers: readonly WorkerInfo[]): string {
  if (chosen.at === 'slurm') return 'Slurm'
  if (chosen.at === 'anyWorker') return 'any worker'
  return workers.find(({ id }) => id === chosen.workerId)?.name ?? 'a worker that was removed'
}

/** What is said below the menu: who takes it, and what "auto" means there. */
export function placementHelp(chosen: Placement | null, info: WorkersInfo): string {
  switch (chosen?.at) {
    case undefined:
      return 'It trains on this machine.'
    case 'anyWorker':
      return `The first worker with a free slot takes it. ${deviceElsewhere}`
    case 'worker': {
      const name = info.workers.find(({ id }) => id === chosen.workerId)?.name
      return name === undefined
        ? 'That worker was removed: choose another place.'
        : `It waits for a free slot of ${name}. ${deviceElsewhere}`
    }
    case 'slurm':
      return `It is submitted as a job; Slurm decides when and where. ${deviceElsewhere}`
  }
}

/** What the choices of a device mean on another machine. */
export const deviceElsewhere =
  'The device “auto” is what is fastest there: that machine measures its own, and the run’s page tells which it took. “webgpu” and “cuda” go only to a machine that has it; “simd” gives the same bits everywhere.'

/** What keeps it waiting although it can be started; undefined: nothing that is known. @param device as the spec names it */
export function placementNote(
  chosen: Placement | null,
  device: unknown,
  info: WorkersInfo,
): string | undefined {
  if (chosen === null || chosen.at === 'slurm') return undefined
  const machines = machinesOf(info)
  const asked = chosen.at === 'worker' ? machines.filter(({ id }) => id === chosen.workerId) : machines
  const known = asked.filter(({ about }) => about !== null)
  const [only] = known
  const name = chosen.at === 'worker' ? only?.name : 'any worker'
  if (only !== undefined && (device === 'cuda' || device === 'webgpu') && !known.some(hasDevice(device)))
    return chosen.at === 'worker'
      ? `${name} has no ${device} device: it would wait until it has one.`
      : `No worker has a ${device} device: it would wait until one has.`
  if (info.queue.state === 'none') return 'There is no queue yet: it waits until there is one; see Workers.'
  if (info.queue.state === 'away')
    return 'The queue cannot be reached: it waits until it is back; see Workers.'
  if (chosen.at === 'anyWorker' && !machines.some(({ state }) => state === 'joined'))
    return 'No worker takes runs now: it waits until one does.'
  return undefined
}

const hasDevice =
  (device: 'cuda' | 'webgpu') =>
  ({ about }: WorkerInfo): boolean =>
    about?.slots.some(({ classes }) => classes.includes(device)) === true

/** Why a run cannot be given to what is chosen; undefined where it can. */
export function placementProblem(
  chosen: Placement | null,
  info: WorkersInfo | undefined,
  now: number,
): string | undefined {
  if (chosen === null || info === undefined) return undefined
  const choice = placementChoices(info, chosen, now).find(({ value }) => value === choiceOf(chosen))
  if (choice === undefined || !choice.isDisabled) return undefined
  return `Choose another place: ${choice.label}.`
}

import type { WorkerInfo } from '../../shared/api/workers.ts'
import type { WorkerSlot } from '../../shared/worker/protocol.ts'
import { absent, bytes, moment, percent, plural } from './format.ts'
import { oneLine } from './oneLine.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

const columns: readonly Column[] = [
  { head: 'worker' },
  { head: 'state', shrinkTo: 12 },
  { head: 'devices', shrinkTo: 14 },
  { head: 'trains', shrinkTo: 10 },
  { head: 'load', align: 'right' },
  { head: 'disk free', align: 'right' },
  { head: 'version', shrinkTo: 8 },
  { head: 'last heard of' },
  { head: 'id' },
]

/** Those of a lab for people, and below the table why one or another takes nothing. */
export function workersTable(workers: readonly WorkerInfo[], width: number): string {
  const rows = workers.map((worker) => [
    worker.name,
    stateWords(worker),
    deviceWords(worker.about?.slots ?? []),
    worker.training.map(({ name }) => name).join(', ') || absent,
    percent(worker.about?.load, 0),
    worker.about?.diskFree == null ? absent : bytes(worker.about.diskFree),
    versionWords(worker),
    moment(worker.seenAt),
    worker.id,
  ])
  const notes = workers.flatMap(notesOf).map((note) => `${wrap(oneLine(note), width, '  ')}\n`)
  return table(columns, rows, width) + notes.join('')
}

function stateWords({ state, outOfTouchSince }: WorkerInfo): string {
  if (outOfTouchSince === null) return state
  const silent = `out of touch since ${moment(outOfTouchSince)}`
  return state === 'joined' ? silent : `${state}, ${silent}`
}

/** "processor, 2 × NVIDIA H200"; slots that nothing is taken for are counted apart. */
function deviceWords(slots: readonly WorkerSlot[]): string {
  const counts = new Map<string, number>()
  for (const { device, unusable } of slots) {
    if (unusable !== undefined) continue
    const kind = device.replace(/ \(GPU \d+\)$/, '')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const usable = [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`))
  const others = slots.filter(({ unusable }) => unusable !== undefined).length
  return [...usable, ...(others > 0 ? [`${others} not usable`] : [])].join(', ') || absent
}

function versionWords({ isOfThisBuild }: WorkerInfo): string {
  if (isOfThisBuild === null) return absent
  return isOfThisBuild ? 'this one' : 'another, until it is idle'
}

function notesOf({ name, reason, about }: WorkerInfo): string[] {
  const ofSlots = (about?.slots ?? []).flatMap(({ device, unusable }) =>
    unusable === undefined ? [] : [`${name}, ${device}: ${unusable}`],
  )
  return [...(reason === null ? [] : [`${name}: ${reason}`]), ...ofSlots]
}

/** What is said when one was told to do something. */
export function commandedText(
  name: string,
  command: 'drain' | 'welcome' | 'remove',
  training: number,
): string {
  const runs = plural(training, 'run')
  switch (command) {
    case 'drain':
      return training === 0
        ? `${name} takes no more runs.`
        : `${name} takes no more runs; ${runs} on it go${training === 1 ? 'es' : ''} on to the end.`
    case 'welcome':
      return `${name} takes runs again.`
    case 'remove':
      return training === 0
        ? `${name} is removed, and its token void.`
        : `${name} is removed, and its token void; ${runs} of it wait${training === 1 ? 's' : ''} for another place from the last stored checkpoint.`
  }
}

import { type LineageNode, lineageOf } from '../../shared/run/lineage.ts'
import type { RunOrigin } from '../../shared/run/origin.ts'
import { changeText, specChanges } from '../../shared/run/specChanges.ts'
import type { RunRecord, StoreReads } from '../store/types.ts'
import { percent, whole } from './format.ts'
import { table } from './table.ts'

type Node = LineageNode<RunRecord>

/** The run's family, each under the one it came from, the run itself marked; nothing where it has none. */
export function lineageText(read: StoreReads, run: RunRecord, columns: number): string {
  const nodes = familyOf(read, run.id)
  if (nodes.length < 2) return ''
  const known = new Map(nodes.flatMap((node) => (node.run === undefined ? [] : [[node.runId, node.run]])))
  return table(
    [
      { head: 'lineage', shrinkTo: 16 },
      { head: 'run' },
      { head: 'after steps', align: 'right' },
      { head: 'best validation', align: 'right' },
      { head: 'what changed', shrinkTo: 20 },
      { head: 'status' },
    ],
    nodes.map((node) => [
      `${'  '.repeat(node.depth)}${node.runId === run.id ? '▸ ' : ''}${node.run?.name ?? node.name}`,
      node.runId,
      takenAfter(node),
      percent(bestOf(read, node)),
      changesOf(node, known),
      node.run?.status ?? 'deleted',
    ]),
    columns,
  )
}

/** The same for `--json`; empty where the run has no family. */
export function lineageReport(read: StoreReads, run: RunRecord) {
  const nodes = familyOf(read, run.id)
  if (nodes.length < 2) return []
  return nodes.map((node) => ({
    runId: node.runId,
    name: node.run?.name ?? node.name,
    status: node.run?.status ?? 'deleted',
    origin: node.run?.origin ?? null,
    bestValidationAccuracy: bestOf(read, node),
  }))
}

function familyOf(read: StoreReads, runId: string): Node[] {
  return lineageOf(new Map(read.family(runId).map((run) => [run.id, run])), runId)
}

/** In 0..1; null for a run without validation data, that was not evaluated yet, or is gone. */
const bestOf = (read: StoreReads, { run }: Node): number | null =>
  run === undefined ? null : (read.summary(run.id).best?.valAccuracy ?? null)

function takenAfter({ run }: Node): string {
  if (run?.origin == null) return ''
  return run.origin.kind === 'again' ? 'again' : whole(run.origin.stepsDone)
}

function changesOf({ run }: Node, known: ReadonlyMap<string, RunRecord>): string {
  if (run?.origin == null) return ''
  const parent = known.get(run.origin.runId)
  const first = run.origin.kind === 'fineTune' ? ['weights alone'] : []
  if (parent === undefined) return [...first, 'its parent was deleted'].join(', ')
  return [...first, ...specChanges(parent.spec, run.spec).map(changeText)].join(', ')
}

/** "branches from trunk after 1240 steps" */
export function originText({ kind, stepsDone, runName, runId }: RunOrigin): string {
  const parent = runName === '' ? runId : runName
  switch (kind) {
    case 'branch':
      return `branches from ${parent} after ${stepsDone} steps`
    case 'fineTune':
      return `fine-tunes ${parent} after ${stepsDone} steps`
    case 'again':
      return `runs ${parent} again`
  }
}

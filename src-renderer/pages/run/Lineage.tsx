import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { type LineageNode, lineageOf } from '../../../shared/run/lineage.ts'
import { changeText, specChanges } from '../../../shared/run/specChanges.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { unknown } from '../../format/format.ts'
import { stateText } from '../../format/originText.ts'
import { scoreText } from '../../format/scoreMeasure.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import classes from './Lineage.module.css'
import tables from './Tables.module.css'

type Node = LineageNode<RunSummary>

/** The run's family, the run itself included; one alone has none. */
export function useLineage(runId: string): readonly Node[] {
  const { byId } = useRuns()
  return useMemo(() => lineageOf(byId, runId), [byId, runId])
}

/** Every run of the family under the one it came from: from which state, what it does otherwise, and what it came to. */
export function Lineage({ run, nodes }: { readonly run: RunSummary; readonly nodes: readonly Node[] }) {
  const [measure] = useScoreMeasure()
  const known = new Map(nodes.flatMap((node) => (node.run === undefined ? [] : [[node.runId, node.run]])))
  return (
    <section aria-label="Lineage" className={tables.box}>
      <table className={classes.tree}>
        <thead>
          <tr>
            <th scope="col" className={classes.run}>
              Run
            </th>
            <th scope="col" className={classes.state}>
              Begins with
            </th>
            <th scope="col">What it does otherwise</th>
            <th scope="col" className={classes.score}>
              Best validation {measure}
            </th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => {
            const parent = known.get(node.run?.origin?.runId ?? '')
            return (
              <tr key={node.runId} aria-current={node.runId === run.id ? 'true' : undefined}>
                <th scope="row" style={{ paddingInlineStart: `${node.depth * 1.25}rem` }}>
                  {node.depth > 0 && <span aria-hidden="true">└ </span>}
                  <Name node={node} isThis={node.runId === run.id} />
                </th>
                <td>{beginsWith(node, parent)}</td>
                <td>{changesOf(node, parent)}</td>
                <td className={classes.score}>{scoreText(node.run?.best?.valAccuracy ?? null, measure)}</td>
                <td>{node.run === undefined ? unknown : <StatusBadge status={node.run.status} />}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function Name({ node, isThis }: { readonly node: Node; readonly isThis: boolean }) {
  if (node.run === undefined)
    return (
      <>
        {node.name} <span className={classes.note}>deleted</span>
      </>
    )
  const kind = node.run.kind === 'rateTest' && <span className={classes.note}> range test</span>
  if (isThis)
    return (
      <>
        <strong>{node.run.name}</strong> <span className={classes.note}>this run</span>
        {kind}
      </>
    )
  return (
    <>
      <Link to="/runs/$runId" params={{ runId: node.runId }}>
        {node.run.name}
      </Link>
      {kind}
    </>
  )
}

function beginsWith({ run }: Node, parent: RunSummary | undefined): string {
  if (run === undefined) return unknown
  if (run.origin === null || run.origin.kind === 'again') return 'fresh weights'
  const state = stateText(parent, run.origin.stepsDone)
  return run.origin.kind === 'fineTune' ? `weights of ${state}` : state
}

function changesOf({ run }: Node, parent: RunSummary | undefined): string {
  if (run?.origin == null) return unknown
  if (parent === undefined) return 'not known, its parent was deleted'
  return specChanges(parent.spec, run.spec).map(changeText).join(', ') || 'nothing'
}

import { type CSSProperties, memo, useMemo } from 'react'
import { isMember } from '../../shared/ensemble/choice.ts'
import {
  anyRight,
  type Disagreement,
  disagreementOf,
  meanDisagreement,
} from '../../shared/ensemble/disagreement.ts'
import { count, percent } from '../format/format.ts'
import { thinned } from '../ribbon/sample.ts'
import { areOfSeveralRuns, type Candidate, nameOf, runLetters } from './candidates.ts'
import classes from './Ensemble.module.css'
import { Section } from './Section.tsx'
import type { EnsembleModel } from './useEnsemble.ts'

/** Of more, the cells grow by the square: 300 would take the page seconds, and nobody reads 90,000 numbers. */
const mostShown = 40

/** How much every two candidates differ: what averaging lives on. */
export const DisagreementMatrix = memo(function DisagreementMatrix({
  model,
}: {
  readonly model: EnsembleModel
}) {
  const { workbench, candidates, choice } = model
  const judged = workbench.judged
  const members = useMemo(() => choice.ticked.map((_, k) => isMember(choice, k)), [choice])
  const shown = useMemo(() => thinned([...candidates.keys()], mostShown), [candidates])
  const table = useMemo(
    () => disagreementOf(shown.flatMap((k) => judged?.predictions[k] ?? [])),
    [judged, shown],
  )
  if (judged === null || candidates.length < 2) return null
  return (
    <Section
      title="Disagreement"
      about={
        <>
          Share of {judged.part} examples on which two snapshots predict different classes, in %.{' '}
          <Summary model={model} members={members} />
          {shown.length < candidates.length &&
            ` ${count(shown.length)} of the ${count(candidates.length)} are shown, evenly taken.`}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Disagreement: matrix">
        <Matrix table={table} candidates={candidates} members={members} shown={shown} />
      </section>
    </Section>
  )
})

interface SummaryProps {
  readonly model: EnsembleModel
  readonly members: readonly boolean[]
}

function Summary({ model: { workbench }, members }: SummaryProps) {
  const judged = workbench.judged
  const chosen = useMemo(
    () => judged?.predictions.filter((_, k) => members[k] === true) ?? [],
    [judged, members],
  )
  const mean = useMemo(() => meanDisagreement(chosen), [chosen])
  const [first] = chosen
  if (first === undefined || mean === undefined) return null
  const right = anyRight(chosen, first.labels)
  return (
    <>
      Members differ on {percent(mean, 1)} of them on average; at least one is right on {percent(right, 1)}.
    </>
  )
}

interface MatrixProps {
  readonly candidates: readonly Candidate[]
  readonly members: readonly boolean[]
  /** The places of those that have a row and a column. */
  readonly shown: readonly number[]
  /** Along `shown`, both ways. */
  readonly table: Disagreement
}

function Matrix({ table, candidates, members, shown }: MatrixProps) {
  const several = areOfSeveralRuns(candidates)
  const names = candidates.map((candidate) => nameOf(candidate, several))
  const short = shortNames(candidates)
  const most = Math.max(1e-9, ...table.flat())
  const left = (k: number) => (members[k] === true ? undefined : true)
  return (
    <table className={classes.matrix}>
      <caption className={classes.hiddenCaption}>Disagreement of every two snapshots, in percent</caption>
      <thead>
        <tr>
          <td />
          {shown.map((k) => (
            <th key={candidates[k]?.snapshotId} scope="col" data-left={left(k)} title={names[k]}>
              <span aria-hidden="true">{short[k]}</span>
              <span className={classes.spoken}>{names[k]}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((i, row) => (
          <tr key={candidates[i]?.snapshotId}>
            <th scope="row" data-left={left(i)} title={names[i]}>
              <span aria-hidden="true">{several ? short[i] : names[i]}</span>
              <span className={classes.spoken}>{names[i]}</span>
            </th>
            {shown.map((j, column) => {
              const share = table[row]?.[column] ?? 0
              return (
                <td
                  key={candidates[j]?.snapshotId}
                  className={classes.cell}
                  data-left={left(i) ?? left(j)}
                  style={heat(i === j ? 0 : share / most)}
                  title={i === j ? undefined : `${names[i]} and ${names[j]}: ${percent(share, 2)}`}
                >
                  {i === j ? '·' : (100 * share).toFixed(1)}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** CSS takes properties of its own; React's types do not know them. */
const heat = (share: number): CSSProperties => Object.fromEntries([['--heat', share.toFixed(3)]])

/** "3" of one run's cycles or epochs; "B3" where there are several runs, with the letters of the members' table. */
function shortNames(candidates: readonly Candidate[]): string[] {
  const letters = runLetters(candidates)
  return candidates.map(({ runId, name: { number } }) =>
    letters.size < 2 ? number : `${letters.get(runId)}${number}`,
  )
}

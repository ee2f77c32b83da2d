import { type CSSProperties, useMemo } from 'react'
import type { MemberPair } from '../../shared/ensemble/memberDiversity.ts'
import { areOfSeveralRuns, type Candidate, nameOf, runLetters } from './candidates.ts'
import classes from './Ensemble.module.css'
import { type PairStatistic, pairStatistics } from './pairStatistics.ts'

interface MatrixProps {
  readonly candidates: readonly Candidate[]
  readonly members: readonly boolean[]
  /** The places of those that have a row and a column. */
  readonly shown: readonly number[]
  /** Along `shown`, both ways. */
  readonly pairs: readonly MemberPair[]
  readonly statistic: PairStatistic
}

/** One statistic of every two candidates; a dash where it is undefined. */
export function PairMatrix({ pairs, statistic, candidates, members, shown }: MatrixProps) {
  const table = useMemo(() => tableOf(pairs, statistic, shown.length), [pairs, statistic, shown])
  const { title, text } = pairStatistics[statistic]
  const several = areOfSeveralRuns(candidates)
  const names = candidates.map((candidate) => nameOf(candidate, several))
  const short = shortNames(candidates)
  const most = Math.max(1e-9, ...table.flat().map((value) => value ?? 0))
  const left = (k: number) => (members[k] === true ? undefined : true)
  return (
    <table className={classes.matrix}>
      <caption className={classes.hiddenCaption}>{title} of every two snapshots</caption>
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
              const value = table[row]?.[column] ?? null
              return (
                <td
                  key={candidates[j]?.snapshotId}
                  className={classes.cell}
                  data-left={left(i) ?? left(j)}
                  style={heat(i === j ? 0 : Math.max(0, value ?? 0) / most)}
                  title={
                    i === j
                      ? undefined
                      : `${names[i]} and ${names[j]}: ${value === null ? 'undefined' : text(value)}`
                  }
                >
                  {i === j ? '·' : value === null ? '–' : text(value)}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function tableOf(pairs: readonly MemberPair[], statistic: PairStatistic, size: number): (number | null)[][] {
  const table = Array.from({ length: size }, () => new Array<number | null>(size).fill(null))
  for (const pair of pairs) {
    const [mine, theirs] = [table[pair.i], table[pair.j]]
    if (mine) mine[pair.j] = pair[statistic]
    if (theirs) theirs[pair.i] = pair[statistic]
  }
  return table
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

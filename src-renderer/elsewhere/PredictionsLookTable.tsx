import { Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { PredictionsLook, RowCheck } from '../../shared/api/outsidePredictions.ts'
import { trpc } from '../client.ts'
import { errorWords } from '../components/errorWords.ts'
import { count, counted } from '../format/format.ts'
import classes from './Elsewhere.module.css'

/** @param labels the column that the user named */
export const lookQuery = (path: string, labels: string | null) =>
  trpc.elsewhere.lookAtPredictions.queryOptions(
    { path, ...(labels !== null && { labels }) },
    { retry: false, staleTime: 2_000 },
  )

interface PredictionsLookTableProps {
  readonly path: string
  readonly labels: string | null
}

const uses = { prediction: 'prediction', label: 'label', unused: 'not used' } as const

/** The first rows of the first file, and which of its columns are taken for what. */
export function PredictionsLookTable({ path, labels }: PredictionsLookTableProps) {
  const look = useQuery({ ...lookQuery(path, labels), placeholderData: keepPreviousData })
  if (look.error !== null)
    return (
      <p className={classes.mistake} role="alert">
        {errorWords(look.error)}
      </p>
    )
  if (look.data === undefined) return <p className={classes.aside}>Looking into the file…</p>
  const { columns, moreColumns, problem, check } = look.data
  const rows = Math.max(0, ...columns.map(({ first }) => first.length))
  return (
    <section className={classes.part} aria-labelledby="first-rows">
      <Title order={3} id="first-rows" className={classes.heading}>
        First rows of {look.data.file}
        <span className={classes.aside}>{lookWords(look.data)}</span>
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={classes.box} tabIndex={0} aria-label="First rows of the file">
        <table>
          <thead>
            <tr>
              {columns.map(({ name, use }) => (
                <th key={name} scope="col" data-use={use}>
                  {name}
                  <br />
                  {uses[use]}
                </th>
              ))}
              {moreColumns > 0 && <th scope="col">and {count(moreColumns)} more</th>}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: rows }, (_, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name.
              <tr key={row}>
                {columns.map(({ name, first }) => (
                  <td key={name}>{first[row]}</td>
                ))}
                {moreColumns > 0 && <td>…</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {problem !== null && (
        <p className={classes.mistake} role="alert">
          {problem}
        </p>
      )}
      {check !== null && <p className={classes.aside}>{checkWords(check)}</p>}
    </section>
  )
}

function lookWords({ rows, classes: classCount }: PredictionsLook): string {
  const size = rows === null ? 'rows are counted when it is checked' : counted(rows, 'row')
  return classCount === 0 ? size : `${size}, ${count(classCount)} classes`
}

function checkWords({ rows, leastSum, mostSum, off, as }: RowCheck): string {
  const of = `of the first ${counted(rows, 'row')}`
  const sums = `They sum to ${short(leastSum)}${short(leastSum) === short(mostSum) ? '' : ` to ${short(mostSum)}`}`
  if (as === 'logits') return `Numbers beyond 0 to 1 ${of}: logits, put through the softmax.`
  if (as === null) return `${sums}, and ${count(off)} ${of} not to 1: say what the numbers are.`
  return `${sums} in all ${of}: probabilities.`
}

const short = (sum: number): string => String(Number(sum.toPrecision(4)))

import { Title } from '@mantine/core'
import type { LogRun } from '../../shared/api/elsewhere.ts'
import { bytes, count, counted, moment, unknown } from '../format/format.ts'
import classes from './Elsewhere.module.css'

/** The runs of a log, folder by folder. */
export function LogRuns({ runs }: { readonly runs: readonly LogRun[] }) {
  return (
    <section className={classes.part} aria-labelledby="log-runs">
      <Title order={3} id="log-runs" className={classes.heading}>
        Runs
        <span className={classes.aside}>one a folder</span>
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={classes.box} tabIndex={0} aria-label="Runs of the log">
        <table>
          <thead>
            <tr>
              <th scope="col">Folder</th>
              <th scope="col" data-number>
                Tags
              </th>
              <th scope="col" data-number>
                Steps
              </th>
              <th scope="col">Last event</th>
              <th scope="col" data-number>
                Files
              </th>
              <th scope="col">Hyperparameters</th>
              <th scope="col">In the lab</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.folder}>
                <th scope="row" className={classes.cut} title={run.folder}>
                  {run.name}
                </th>
                <td data-number>{count(run.tags.length + run.moreTags)}</td>
                <td data-number>{stepsWords(run)}</td>
                <td>{run.lastEventAt === null ? unknown : moment(run.lastEventAt)}</td>
                <td data-number>
                  {count(run.files)}, {bytes(run.bytes)}
                </td>
                <td className={classes.cut} title={settingsWords(run)}>
                  {settingsWords(run) || unknown}
                </td>
                <td>{knownWords(run)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Notes runs={runs} />
    </section>
  )
}

function stepsWords({ tags }: LogRun): string {
  if (tags.length === 0) return unknown
  const first = Math.min(...tags.map(({ firstStep }) => firstStep))
  const last = Math.max(...tags.map(({ lastStep }) => lastStep))
  return `${count(first)} to ${count(last)}`
}

const settingsWords = ({ hyperparameters }: LogRun): string =>
  Object.entries(hyperparameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

function knownWords({ known }: LogRun): string {
  if (known === null) return 'new'
  return known.isFollowed ? 'is being followed' : `as ${known.name}; what is new is added`
}

function Notes({ runs }: { readonly runs: readonly LogRun[] }) {
  const notes = runs.flatMap(({ name, notes: own }) => own.map((note) => `${name}: ${note}`))
  if (notes.length === 0) return null
  return (
    <ul className={classes.notes} aria-label="What is damaged or left out">
      {notes.slice(0, 10).map((note) => (
        <li key={note}>{note}</li>
      ))}
      {notes.length > 10 && <li>and {counted(notes.length - 10, 'more')}</li>}
    </ul>
  )
}

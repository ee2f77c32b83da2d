import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import { methodWords } from '../../../shared/ensemble/methods.ts'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { loss } from '../../format/format.ts'
import { measureTitles, type ScoreMeasure, scoreDifference, scoreText } from '../../format/scoreMeasure.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { factsOf, type SavedRowFacts } from '../ensembles/savedRows.ts'
import classes from './Compare.module.css'
import type { Place } from './places.ts'

/** The saved ensembles that have members among the runs compared, best on validation first. */
export function EnsembleList({ places }: { readonly places: readonly Place[] }) {
  const { data, error, refetch } = useQuery(trpc.ensembles.list.queryOptions({}))
  const { byId } = useRuns()
  const [measure] = useScoreMeasure()
  const ids = new Set(places.map(({ run }) => run.id))
  const own = (data ?? [])
    .filter(({ members }) => members.some(({ runId }) => ids.has(runId)))
    .sort((a, b) => accuracyOf(b) - accuracyOf(a))
  return (
    <section aria-label="Ensembles">
      <div className={classes.sectionHead}>
        <h2>Ensembles</h2>
      </div>
      {error !== null && (
        <ErrorNote title="The ensembles could not be read" error={error} onRetry={() => void refetch()} />
      )}
      {own.length === 0 ? (
        <p className={classes.dim}>{data === undefined ? ' ' : 'No ensemble of these runs is saved.'}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label="Table of ensembles">
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Ensemble</th>
                <th scope="col">Members</th>
                <th scope="col">Method</th>
                <th scope="col" className={classes.number}>
                  {measureTitles[measure]}
                  <span className={classes.ofPart}> test</span>
                </th>
                <th scope="col" className={classes.number}>
                  Gain over best snapshot
                  <span className={classes.ofPart}> test</span>
                </th>
                <th scope="col" className={classes.number}>
                  {measureTitles[measure]}
                  <span className={classes.ofPart}> validation</span>
                </th>
                <th scope="col" className={classes.number}>
                  NLL, nats
                  <span className={classes.ofPart}> test</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {own.map((ensemble) => (
                <EnsembleRow
                  key={ensemble.id}
                  facts={factsOf(ensemble, (id) => byId.get(id))}
                  measure={measure}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}

/** By the part that may choose: validation where there is one. */
const accuracyOf = ({ testAccuracy, valAccuracy }: EnsembleInfo): number => valAccuracy ?? testAccuracy ?? 0

interface EnsembleRowProps {
  readonly facts: SavedRowFacts
  readonly measure: ScoreMeasure
}

function EnsembleRow({ facts, measure }: EnsembleRowProps) {
  const { ensemble, runs, test, validation, gain } = facts
  return (
    <tr>
      <th scope="row">
        <Link to="/ensembles" search={{ open: ensemble.id }}>
          {ensemble.name}
        </Link>
      </th>
      <td>
        {ensemble.members.length} of {runs.map(({ name }) => name).join(', ')}
      </td>
      <td>{methodWords[ensemble.method].phrase}</td>
      <td className={classes.number}>{scoreText(test, measure)}</td>
      <td className={classes.number}>{scoreDifference(gain, measure)}</td>
      <td className={classes.number}>{scoreText(validation, measure)}</td>
      <td className={classes.number}>{loss(ensemble.scores.testNll)}</td>
    </tr>
  )
}

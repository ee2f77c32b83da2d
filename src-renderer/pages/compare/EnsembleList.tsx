import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import { methodWords } from '../../../shared/ensemble/methods.ts'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { loss, percent, points } from '../../format/format.ts'
import classes from './Compare.module.css'
import type { Place } from './places.ts'

/** The saved ensembles that have members among the runs compared, best first. */
export function EnsembleList({ places }: { readonly places: readonly Place[] }) {
  const { data, error, refetch } = useQuery(trpc.ensembles.list.queryOptions({}))
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
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Ensemble</th>
              <th scope="col">Members</th>
              <th scope="col">Method</th>
              <th scope="col" className={classes.number}>
                Test
              </th>
              <th scope="col" className={classes.number}>
                Over best single
              </th>
              <th scope="col" className={classes.number}>
                Validation
              </th>
              <th scope="col" className={classes.number}>
                Test NLL, nats
              </th>
            </tr>
          </thead>
          <tbody>
            {own.map((ensemble) => (
              <EnsembleRow key={ensemble.id} ensemble={ensemble} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

const accuracyOf = ({ testAccuracy, valAccuracy }: EnsembleInfo): number => testAccuracy ?? valAccuracy ?? 0

function EnsembleRow({ ensemble }: { readonly ensemble: EnsembleInfo }) {
  const { members, scores, testAccuracy } = ensemble
  const single = scores.bestSingleTestAccuracy ?? null
  const from = [...new Set(members.map(({ runName }) => runName))].join(', ')
  return (
    <tr>
      <th scope="row">
        <Link to="/ensembles" search={{ open: ensemble.id }}>
          {ensemble.name}
        </Link>
      </th>
      <td>
        {members.length} of {from}
      </td>
      <td>{methodWords[ensemble.method].phrase}</td>
      <td className={classes.number}>{percent(testAccuracy)}</td>
      <td className={classes.number}>
        {testAccuracy === null || single === null ? '–' : points(testAccuracy - single)}
      </td>
      <td className={classes.number}>{percent(ensemble.valAccuracy)}</td>
      <td className={classes.number}>{loss(scores.testNll)}</td>
    </tr>
  )
}

import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
import type { RunElsewhere } from '../../../shared/run/elsewhere.ts'
import { scoreText } from '../../format/scoreMeasure.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import tables from './Tables.module.css'

interface OutsideMembersProps {
  readonly run: RunSummary
  readonly elsewhere: RunElsewhere
}

/** Predictions of another program: what each file of them scores, and where they are combined. */
export function OutsideMembers({ run, elsewhere }: OutsideMembersProps) {
  const [measure] = useScoreMeasure()
  const part = run.snapshots.some(({ testAccuracy }) => testAccuracy !== null) ? 'test' : 'validation'
  return (
    <section aria-label="Members">
      <table className={tables.facts}>
        <caption>
          Members, {measure} on {part} examples
        </caption>
        <tbody>
          {run.snapshots.map(({ id, step, testAccuracy, valAccuracy }) => (
            <tr key={id}>
              <th scope="row">
                {String(elsewhere.hyperparameters[`snapshot ${step + 1}`] ?? `member ${step + 1}`)}
              </th>
              <td>{scoreText((part === 'test' ? testAccuracy : valAccuracy) ?? Number.NaN, measure)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button
        mt="sm"
        variant="default"
        renderRoot={(props) => <Link {...props} to="/ensembles" search={{ runs: [run.id] }} />}
      >
        Open the workbench
      </Button>
    </section>
  )
}

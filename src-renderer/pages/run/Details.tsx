import { Button, CopyButton, Group, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { trpc } from '../../client.ts'
import { count, moment, unknown } from '../../format/format.ts'
import { WhereShort } from '../../workers/Where.tsx'
import { specGroups } from './specRows.ts'
import classes from './Tables.module.css'

/** Everything a run is: what was asked for, and what came of it. */
export function Details({ run, isHere }: { readonly run: RunSummary; readonly isHere: boolean }) {
  const json = JSON.stringify(run.spec, null, 2)
  return (
    <section aria-label="Details" className={classes.details}>
      <div>
        <RunFacts run={run} isHere={isHere} />
        <Group justify="space-between" mt="md" mb="xs">
          <Title order={3}>Configuration as JSON</Title>
          <CopyButton value={json}>
            {({ copied, copy }) => (
              <Button variant="default" size="compact-xs" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </Group>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre className={classes.json} tabIndex={0}>
          {json}
        </pre>
      </div>
      <div>
        {specGroups(run.spec).map(({ title, summary, rows }) => (
          <table key={title} className={classes.facts}>
            <caption>
              {title} <span className={classes.unit}>{summary}</span>
            </caption>
            <tbody>
              {rows.map(({ label, value }) => (
                <Fact key={label} label={label}>
                  {value}
                </Fact>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </section>
  )
}

function RunFacts({ run, isHere }: { readonly run: RunSummary; readonly isHere: boolean }) {
  const { data } = useQuery(trpc.datasets.list.queryOptions())
  const dataset = data?.whole.find(({ id }) => id === run.datasetId)
  const { stepsPerEpoch } = run.planned.plan
  return (
    <table className={classes.facts}>
      <caption>Run</caption>
      <tbody>
        <Fact label="Id">{run.id}</Fact>
        <Fact label="Data set">
          <Link to="/data" search={{ open: run.datasetId }}>
            {dataset?.name ?? run.spec.dataset.name}
          </Link>
        </Fact>
        <Fact label="Parameters">{count(run.parameters)}</Fact>
        {run.place !== null && (
          <Fact label="Where">
            <WhereShort run={run} />
          </Fact>
        )}
        <Fact label="Device">{run.device ?? unknown}</Fact>
        <Fact label="Why that device">{run.deviceReason ?? unknown}</Fact>
        <Fact label="Plan">
          {count(run.totalSteps)} steps, {count(stepsPerEpoch)} an epoch
          {run.planned.edits.map(({ atStep, steps }) => (
            <div key={atStep}>
              annealed from step {count(atStep + 1)} on, over {count(steps)} steps
            </div>
          ))}
        </Fact>
        <Fact label="Attempt">
          {count(run.attempt)}
          {isHere && ', trained by this Anneal'}
        </Fact>
        <Fact label="Created">{moment(run.createdAt)}</Fact>
        <Fact label="Started">{moment(run.startedAt)}</Fact>
        <Fact label="Ended">{moment(run.endedAt)}</Fact>
        {run.reason !== null && <Fact label="Reason">{run.reason}</Fact>}
      </tbody>
    </table>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{children}</td>
    </tr>
  )
}

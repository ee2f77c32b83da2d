import { Button } from '@mantine/core'
import { useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { type RunElsewhere, writtenBy } from '../../../shared/run/elsewhere.ts'
import { tagRole, tagRoleWords } from '../../../shared/run/tagRoles.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { counted, moment, unknown } from '../../format/format.ts'
import { useNow } from '../../hooks/useNow.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import type { LiveRun } from '../../hooks/useRunWatch.ts'
import { EditableName } from './EditableName.tsx'
import { ElsewhereCharts } from './ElsewhereCharts.tsx'
import { EpochsTable } from './EpochsTable.tsx'
import { followWords, unfollowWords } from './followWords.ts'
import { MoreMenu } from './MoreMenu.tsx'
import { NoteAndTags } from './NoteAndTags.tsx'
import { OutsideMembers } from './OutsideMembers.tsx'
import classes from './Run.module.css'
import tables from './Tables.module.css'
import { useFollowed } from './useFollowed.ts'
import { useRunCommands } from './useRunCommands.ts'

interface OpenElsewhereProps {
  readonly run: RunSummary
  readonly elsewhere: RunElsewhere
  readonly live: LiveRun
}

/** A run of another program: nothing of a spec or a plan is known of it, so that none is shown. */
export function OpenElsewhere({ run, elsewhere, live }: OpenElsewhereProps) {
  const { runs } = useRuns()
  const commands = useRunCommands(run)
  const { folder, unfollow } = useFollowed(elsewhere)
  const now = useNow(1000)
  const follow = followWords(elsewhere, folder, now)
  const { program, host } = writtenBy(elsewhere)
  const isLog = elsewhere.from === 'tensorboard'
  const knownTags = useMemo(() => [...new Set(runs.flatMap(({ tags }) => tags))].sort(), [runs])
  return (
    <main className={classes.page}>
      <header className={classes.header}>
        <div className={classes.first}>
          <EditableName run={run} />
          <StatusBadge status={run.status} />
          <div className={classes.progress}>
            <span>{isLog ? counted(run.stepsDone, 'step') : counted(run.snapshots.length, 'member')}</span>
          </div>
          <div className={classes.actions}>
            {folder !== undefined && (
              <Button variant="default" title={unfollowWords(folder)} onClick={unfollow}>
                Stop following
              </Button>
            )}
            <MoreMenu run={run} commands={commands} />
          </div>
        </div>
        <p className={classes.second}>
          <span>
            trained elsewhere{!isLog && ', of which the predictions are here'}
            {program !== null && `, by ${program}`}
            {host !== null && ` on ${host}`}
          </span>
          {follow.followed !== undefined && <span>{follow.followed}</span>}
          {isLog && <span>{follow.lastEvent}</span>}
          {run.archived && <span>archived</span>}
        </p>
      </header>
      {follow.problem !== undefined && (
        <section className={classes.note} data-tone="attention" aria-label="State of the following">
          <p>{follow.problem}</p>
        </section>
      )}
      {!elsewhere.followed && run.reason !== null && (
        <section className={classes.note} data-tone="plain" aria-label="State of the run">
          <p>{run.reason}</p>
        </section>
      )}
      {isLog ? (
        <>
          <ElsewhereCharts run={run} live={live} />
          {live.epochs.length === 0 ? (
            <p className={classes.second}>No evaluation is known: no tag of its event files says a score.</p>
          ) : (
            <EpochsTable run={run} epochs={live.epochs} snapshots={live.snapshots} />
          )}
        </>
      ) : (
        <OutsideMembers run={run} elsewhere={elsewhere} />
      )}
      <section aria-label="Details" className={tables.details}>
        <Facts
          caption="Where it came from"
          facts={[
            ['Id', run.id],
            ['Read from', elsewhere.path],
            ...(isLog ? momentsOf(run, elsewhere) : [['Imported', moment(run.createdAt)] satisfies Fact]),
            ...Object.entries(elsewhere.holders).map(([role, tag]): [string, string] => [
              tagRoleWords[tagRole.parse(role)],
              `tag ${tag}`,
            ]),
            ...elsewhere.notes.map((note): [string, string] => ['Left out', note]),
          ]}
        />
        {isLog && (
          <Facts
            caption="What its program said of its settings"
            facts={Object.entries(elsewhere.hyperparameters).map(([name, value]) => [name, String(value)])}
          />
        )}
      </section>
      <section className={classes.testNote} aria-label="Note and tags">
        <NoteAndTags run={run} knownTags={knownTags} />
      </section>
    </main>
  )
}

type Fact = [string, string]

const momentsOf = (run: RunSummary, { lastEventAt }: RunElsewhere): Fact[] => [
  ['Last event', lastEventAt === null ? unknown : moment(lastEventAt)],
  ['Began', moment(run.startedAt)],
]

interface FactsProps {
  readonly caption: string
  readonly facts: readonly (readonly [string, string])[]
}

function Facts({ caption, facts }: FactsProps) {
  return (
    <table className={tables.facts}>
      <caption>{caption}</caption>
      <tbody>
        {facts.length === 0 && (
          <tr>
            <td>Nothing.</td>
          </tr>
        )}
        {facts.map(([name, value]) => (
          <tr key={`${name} ${value}`}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

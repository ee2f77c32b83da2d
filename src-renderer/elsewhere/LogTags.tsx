import { Select, Title } from '@mantine/core'
import { useMemo } from 'react'
import { type LogRun, MOST_TAGS_SHOWN } from '../../shared/api/elsewhere.ts'
import { tagRole } from '../../shared/run/tagRoles.ts'
import { count, counted, moment } from '../format/format.ts'
import classes from './Elsewhere.module.css'
import { type LogDraft, mergedTags, roleNames, roleOf, withRole } from './logDraft.ts'

interface LogTagsProps {
  readonly runs: readonly LogRun[]
  readonly draft: LogDraft
  readonly onChange: (draft: LogDraft) => void
}

const choices = tagRole.options.map((role) => ({ value: role, label: roleNames[role] }))

/** The series of a log over all of its runs, and what each is of. */
export function LogTags({ runs, draft, onChange }: LogTagsProps) {
  const tags = useMemo(() => mergedTags(runs), [runs])
  const more = Math.max(0, ...runs.map(({ moreTags }) => moreTags))
  if (tags.length === 0) return null
  return (
    <section className={classes.part} aria-labelledby="log-tags">
      <Title order={3} id="log-tags" className={classes.heading}>
        Series
        <span className={classes.aside}>
          {counted(tags.length, 'tag')}
          {more > 0 && `, the first ${MOST_TAGS_SHOWN} of a run shown`}; change what a tag is of where its
          name misleads
        </span>
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={classes.box} tabIndex={0} aria-label="Series of the log">
        <table>
          <thead>
            <tr>
              <th scope="col">Tag</th>
              <th scope="col">Is</th>
              <th scope="col" data-number>
                Points
              </th>
              <th scope="col" data-number>
                Steps
              </th>
              <th scope="col" data-number>
                Last value
              </th>
              <th scope="col">Written</th>
              <th scope="col" data-number>
                Runs
              </th>
            </tr>
          </thead>
          <tbody>
            {tags.map((tag) => (
              <tr key={tag.name}>
                <th scope="row" className={classes.cut} title={tag.name}>
                  {tag.name}
                </th>
                <td>
                  <Select
                    aria-label={`What ${tag.name} is`}
                    title={
                      tag.isFixed ? 'As at its first import: delete those runs to choose again' : undefined
                    }
                    data={choices}
                    value={roleOf(tag, draft)}
                    disabled={tag.isFixed}
                    allowDeselect={false}
                    comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
                    onChange={(value) => {
                      const role = tagRole.safeParse(value)
                      if (role.success) onChange(withRole(draft, runs, tag, role.data))
                    }}
                  />
                </td>
                <td data-number>{count(tag.points)}</td>
                <td data-number>
                  {count(tag.firstStep)} to {count(tag.lastStep)}
                </td>
                <td data-number>
                  {tag.lastValue === null ? 'not finite' : Number(tag.lastValue.toPrecision(4))}
                </td>
                <td>{moment(tag.lastWallTime)}</td>
                <td data-number>{count(tag.runs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

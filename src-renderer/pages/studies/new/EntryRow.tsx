import { ActionIcon } from '@mantine/core'
import type { MouseEvent, ReactNode } from 'react'
import { useForm } from '../../new-run/form.ts'
import { listAt, type Path, pathText } from '../../new-run/model/tree.ts'
import { movedEntry } from './entries.ts'
import classes from './NewStudy.module.css'
import { useStudyForm } from './studyForm.ts'

interface EntryRowProps {
  readonly list: Path
  readonly index: number
  /** As it is called where it is moved or taken out. */
  readonly name: string
  /** The list need not be there: the base's own stands for it. */
  readonly isOptional?: boolean
  readonly children: ReactNode
}

/** One of a list of the study's parts, with the buttons that move it and take it out, and what is wrong with it as a whole. */
export function EntryRow({ list, index, name, isOptional = false, children }: EntryRowProps) {
  const { tree, set } = useStudyForm()
  const { problems } = useForm()
  const entries = listAt(tree, list)
  const problem = problems[pathText([...list, index])]?.sentence
  const move = (by: -1 | 1, { currentTarget }: MouseEvent<HTMLElement>): void => {
    const next = movedEntry(entries, index, by)
    if (next === entries) return
    set(list, next)
    // Rows are their places: the focus goes with the entry.
    focusRow(currentTarget, index + by, by === -1 ? 'up' : 'down')
  }
  const isOnly = entries.length === 1 && !isOptional
  const remove = ({ currentTarget }: MouseEvent<HTMLElement>): void => {
    if (isOnly) return
    if (index === entries.length - 1) focusRow(currentTarget, index - 1, 'remove')
    set(entries.length === 1 ? list : [...list, index], undefined)
  }
  return (
    <li>
      {children}
      <span className={classes.acts}>
        <Act act="up" label={`Move ${name} up`} isOff={index === 0} onPress={(event) => move(-1, event)} />
        <Act
          act="down"
          label={`Move ${name} down`}
          isOff={index === entries.length - 1}
          onPress={(event) => move(1, event)}
        />
        <Act act="remove" label={`Remove ${name}`} isOff={isOnly} onPress={remove} />
      </span>
      {problem !== undefined && <p className={classes.entryProblem}>{problem}</p>}
    </li>
  )
}

const signs = { up: '↑', down: '↓', remove: '×' } as const
type ActName = keyof typeof signs

interface ActProps {
  readonly act: ActName
  readonly label: string
  readonly isOff: boolean
  readonly onPress: (event: MouseEvent<HTMLElement>) => void
}

/** Never disabled, only said to be: a button that is disabled under the finger drops the focus. */
function Act({ act, label, isOff, onPress }: ActProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={24}
      data-act={act}
      aria-label={label}
      title={label}
      aria-disabled={isOff}
      onClick={onPress}
    >
      <span aria-hidden="true">{signs[act]}</span>
    </ActionIcon>
  )
}

/** The same button of another row; of a list that is empty then, what adds to it. */
function focusRow(from: HTMLElement, row: number, act: ActName): void {
  const other = from.closest('ul')?.children[row]?.querySelector<HTMLElement>(`[data-act="${act}"]`)
  const adds = from.closest('[data-list]')?.querySelector<HTMLElement>('[data-adds]')
  ;(other ?? adds)?.focus()
}

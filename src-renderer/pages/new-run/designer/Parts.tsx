import { Button, Group } from '@mantine/core'
import type { ComponentType } from 'react'
import { scheduleSpec } from '../../../../shared/schedule/index.ts'
import { rate } from '../../../format/format.ts'
import { scheduleText } from '../../../format/specText.ts'
import { useForm } from '../form.ts'
import { ValueField } from '../inputs.tsx'
import { familyOf } from '../model/families.ts'
import { type FieldSpec, unitText } from '../model/fields.ts'
import type { Selection } from '../model/selection.ts'
import { filled } from '../model/switchFamily.ts'
import { getAt, listAt, type Path, pathText, textAt } from '../model/tree.ts'
import classes from './Designer.module.css'

interface PartsProps {
  readonly path: Path
  /** The sequence or chain. */
  readonly value: unknown
  readonly selection: Selection
  readonly onSelect: (path: Path, part: number) => void
  /** What edits a part: the editor of schedules itself, which this is a part of. */
  readonly Node: ComponentType<{
    path: Path
    value: unknown
    selection: Selection
    onSelect: (path: Path, part: number) => void
  }>
}

const length: FieldSpec = {
  key: 'length',
  label: 'Lasts',
  type: { is: 'number', unit: 'time' },
  empty: 'what is left',
}

/** The pieces of a sequence or the factors of a chain; one of them is open. */
export function Parts({ path, value, selection, onSelect, Node }: PartsProps) {
  const { set } = useForm()
  const isSequence = textAt(value, ['kind']) === 'sequence'
  const list = isSequence ? 'pieces' : 'factors'
  const parts = listAt(value, [list])
  const scheduleOf = (part: unknown): unknown => (isSequence ? getAt(part, ['schedule']) : part)
  const open = Math.min(selection[pathText(path)] ?? 0, Math.max(0, parts.length - 1))
  const partPath = [...path, list, open]
  const change = (next: readonly unknown[], select: number) => {
    set([...path, list], next)
    onSelect(path, select)
  }
  const time = unitText('time', textAt(value, ['unit']))
  return (
    <section
      className={classes.parts}
      aria-label={isSequence ? 'Parts of the sequence' : 'Factors of the chain'}
    >
      <Group gap={6}>
        {parts.map((part, i) => (
          <Button
            // biome-ignore lint/suspicious/noArrayIndexKey: a part is what stands at its place
            key={i}
            size="compact-xs"
            variant={i === open ? 'light' : 'default'}
            aria-pressed={i === open}
            onClick={() => onSelect(path, i)}
          >
            {`${i + 1} ${partText(scheduleOf(part))}${isSequence ? lengthText(part, time) : ''}`}
          </Button>
        ))}
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => change(added(parts, isSequence, textAt(value, ['unit'])), parts.length)}
        >
          Add a part
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={open === 0}
          onClick={() => change(moved(parts, open), open - 1)}
        >
          Move earlier
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={parts.length < 2}
          onClick={() => change(parts.toSpliced(open, 1), Math.max(0, open - 1))}
        >
          Remove
        </Button>
      </Group>
      {isSequence && parts.length > 0 && (
        <div className={classes.fields}>
          <ValueField
            path={[...partPath, 'length']}
            field={length}
            value={getAt(value, [list, open, 'length'])}
            unit={time}
          />
        </div>
      )}
      {parts.length > 0 && (
        <Node
          path={isSequence ? [...partPath, 'schedule'] : partPath}
          value={scheduleOf(parts[open])}
          selection={selection}
          onSelect={onSelect}
        />
      )}
    </section>
  )
}

function partText(schedule: unknown): string {
  const parsed = scheduleSpec.safeParse(schedule)
  if (parsed.success) return scheduleText(parsed.data)
  return familyOf(textAt(schedule, ['kind']))?.name ?? 'not a schedule'
}

function lengthText(part: unknown, time: string): string {
  const value = getAt(part, ['length'])
  return value === undefined
    ? ', the rest'
    : `, ${typeof value === 'number' ? rate(value) : String(value)} ${time}`
}

/** One more at the end; the last of a sequence gives it half of the rest where it had all of it. */
function added(parts: readonly unknown[], isSequence: boolean, unit: string): unknown[] {
  if (!isSequence) return [...parts, filled({ kind: 'exponential', lr: 1, gamma: 0.95 })]
  const schedule = filled({ kind: 'cosine', lrStart: 0.05 })
  const last = parts.at(-1)
  if (last === undefined || getAt(last, ['length']) !== undefined) return [...parts, { schedule }]
  return [
    ...parts.slice(0, -1),
    { schedule: getAt(last, ['schedule']), length: lengthBefore(parts, unit) },
    { schedule },
  ]
}

const lengthBefore = (parts: readonly unknown[], unit: string): unknown =>
  getAt(parts.at(-2), ['length']) ?? (unit === 'budget' ? 0.5 : 1)

const moved = (parts: readonly unknown[], from: number): unknown[] => {
  const part = parts[from]
  return parts.toSpliced(from, 1).toSpliced(from - 1, 0, part)
}

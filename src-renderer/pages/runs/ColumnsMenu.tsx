import { Button, Checkbox, Group, NumberInput, Popover, SegmentedControl } from '@mantine/core'
import { useMemo } from 'react'
import { ScoreMeasureSwitch } from '../../components/ScoreMeasureSwitch.tsx'
import { useRuns } from '../../hooks/useRuns.ts'
import classes from './ColumnsMenu.module.css'
import { columns, findColumn } from './columns/columns.ts'
import { HPARAM, hyperparameterNames } from './hyperparameters.ts'
import { type ChangeLayout, firstLayout, moveColumn, type TableLayout, toggleColumn } from './layout.ts'

interface ColumnsMenuProps {
  readonly layout: TableLayout
  readonly changeLayout: ChangeLayout
}

/** Hyperparameters offered: a program may tell hundreds. */
const mostOffered = 40

/** Which columns the table shows and in what order: the shown ones first, as they stand. */
export function ColumnsMenu({ layout, changeLayout }: ColumnsMenuProps) {
  const { shown, at } = layout
  const { runs } = useRuns()
  const ofPrograms = useMemo(
    () =>
      hyperparameterNames(runs)
        .slice(0, mostOffered)
        .map((name) => `${HPARAM}${name}`),
    [runs],
  )
  const others = [...columns.map(({ id }) => id), ...ofPrograms].filter((id) => !shown.includes(id))
  return (
    <Popover position="bottom-end" shadow="md" width={330} trapFocus>
      <Popover.Target>
        <Button variant="default">Columns</Button>
      </Popover.Target>
      <Popover.Dropdown p="sm" aria-label="Columns">
        <Group gap="sm" mb="sm">
          Scores as <ScoreMeasureSwitch />
        </Group>
        <ul className={classes.list}>
          {[...shown, ...others].map((id) => (
            <ColumnItem key={id} id={id} layout={layout} changeLayout={changeLayout} />
          ))}
        </ul>
        {shown.includes('at') && (
          <Group gap="sm" mt="sm" align="end" wrap="nowrap">
            <SegmentedControl
              aria-label="Series of the column At step"
              value={at.series}
              onChange={(series) => changeLayout({ at: { ...at, series } })}
              data={[
                { value: 'accuracy', label: 'Accuracy' },
                { value: 'loss', label: 'Loss' },
                { value: 'lr', label: 'Rate' },
              ]}
            />
            <NumberInput
              label="at step"
              min={1}
              max={1e9}
              allowDecimal={false}
              allowNegative={false}
              thousandSeparator={' '}
              value={at.step}
              onChange={(step) => {
                if (typeof step === 'number') changeLayout({ at: { ...at, step } })
              }}
            />
          </Group>
        )}
        <Button
          variant="subtle"
          mt="sm"
          onClick={() => changeLayout({ shown: firstLayout.shown, widths: {} })}
        >
          Columns and widths as at first
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}

function ColumnItem({ id, layout, changeLayout }: ColumnsMenuProps & { readonly id: string }) {
  const column = findColumn(id)
  if (column === undefined) return null
  const place = layout.shown.indexOf(id)
  const move = (by: -1 | 1) => changeLayout({ shown: moveColumn(layout.shown, id, by) })
  return (
    <li className={classes.item}>
      <Checkbox
        label={column.about}
        checked={place !== -1}
        disabled={id === 'name'}
        onChange={() => changeLayout({ shown: toggleColumn(layout.shown, id) })}
      />
      {place !== -1 && (
        <span className={classes.moves}>
          <button
            type="button"
            className={classes.move}
            disabled={place === 0}
            aria-label={`Move ${column.about} to the left`}
            onClick={() => move(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            className={classes.move}
            disabled={place === layout.shown.length - 1}
            aria-label={`Move ${column.about} to the right`}
            onClick={() => move(1)}
          >
            ↓
          </button>
        </span>
      )}
    </li>
  )
}

import { Button, CloseButton } from '@mantine/core'
import { memo, type ReactNode } from 'react'
import { isTraining } from '../../../../shared/run/kind.ts'
import { presets, type ScheduleSpec } from '../../../../shared/schedule/index.ts'
import { seriesColor, seriesDash } from '../../../charts/palette.ts'
import { SearchSelect } from '../../../components/SearchSelect.tsx'
import { ago } from '../../../format/format.ts'
import { scheduleText } from '../../../format/specText.ts'
import { useRuns } from '../../../hooks/useRuns.ts'
import type { Pinned } from '../model/draft.ts'
import classes from './Designer.module.css'

interface PinsProps {
  readonly pins: readonly Pinned[]
  /** As it is now; undefined while it is not valid. */
  readonly schedule: ScheduleSpec | undefined
  readonly onPin: (one: Pinned) => void
  readonly onUnpin: (id: string) => void
  /** At the end of the line. */
  readonly children: ReactNode
}

/** So many of the newest runs are offered. */
const offeredRuns = 200

/** Other schedules in the same preview, over the same budget: this one as it is now, a preset, a past run's. */
export function Pins({ pins, schedule, onPin, onUnpin, children }: PinsProps) {
  return (
    <div className={classes.pins}>
      <Button
        size="compact-xs"
        variant="default"
        flex="none"
        disabled={schedule === undefined}
        onClick={() => {
          if (schedule !== undefined)
            onPin({ id: JSON.stringify(schedule), label: scheduleText(schedule), schedule })
        }}
      >
        Pin this schedule
      </Button>
      <Compare onPin={onPin} />
      <div className={classes.pinned}>
        {pins.map(({ id, label }, i) => (
          <span key={id} className={classes.pin}>
            <svg width={18} height={8} aria-hidden="true">
              <path
                d="M0 4h18"
                stroke={seriesColor(i + 1)}
                strokeWidth={2}
                strokeDasharray={seriesDash(i + 1)}
              />
            </svg>
            {label}
            <CloseButton size="xs" aria-label={`Unpin ${label}`} onClick={() => onUnpin(id)} />
          </span>
        ))}
      </div>
      {children}
    </div>
  )
}

const Compare = memo(function Compare({ onPin }: Pick<PinsProps, 'onPin'>) {
  const runs = useRuns().runs.filter(isTraining)
  const data = [
    {
      group: 'Past runs',
      items: runs.slice(0, offeredRuns).map(({ id, name, spec, createdAt }) => ({
        value: `run ${id}`,
        label: `${name} · ${scheduleText(spec.schedule)} · ${ago(createdAt)}`,
      })),
    },
    { group: 'Presets', items: presets.map(({ id, name }) => ({ value: `preset ${id}`, label: name })) },
  ]
  const choose = (value: string | null) => {
    const [, of, id] = /^(run|preset) (.+)$/.exec(value ?? '') ?? []
    const run = of === 'run' ? runs.find((one) => one.id === id) : undefined
    const preset = of === 'preset' ? presets.find((one) => one.id === id) : undefined
    if (run !== undefined) onPin({ id: run.id, label: run.name, schedule: run.spec.schedule })
    if (preset !== undefined) onPin({ id: preset.id, label: preset.name, schedule: preset.spec })
  }
  return (
    <SearchSelect
      size="xs"
      aria-label="Compare with a preset or a past run"
      placeholder="compare with …"
      className={classes.compare}
      data={data}
      value={null}
      nothingFound="No preset or run is called so"
      maxDropdownHeight={360}
      comboboxProps={{ width: 380, position: 'bottom-start' }}
      onChange={choose}
    />
  )
})

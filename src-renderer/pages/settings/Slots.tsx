import { Button, Group, NumberInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { SlotSettings } from '../../../shared/api/studies.ts'
import { api, queryClient, trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { notifyDone } from '../../components/notify.ts'
import { slotsMeasured } from '../studies/words.ts'
import { Section } from './Section.tsx'
import classes from './Settings.module.css'

/** How many runs of the queue train at once on each kind of device. */
export function Slots() {
  const { data, error, refetch } = useQuery(trpc.lab.slots.queryOptions())
  return (
    <Section of="slots">
      {error !== null && data === undefined && (
        <ErrorNote
          title="The number of runs at once is not known"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {data !== undefined && <SlotsForm key={JSON.stringify(data)} stored={data} />}
      <p className={classes.aside}>
        Of runs that wait in the queue, and of studies that do not say it themselves. Runs at once on the
        processor share its threads out, and each comes to the same bits as alone. {slotsMeasured} A graphics
        device is best given one run.
      </p>
    </Section>
  )
}

type Given = Readonly<Record<keyof SlotSettings, number | string>>

const most = 64
const isCount = (value: number | string): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most

function SlotsForm({ stored }: { readonly stored: SlotSettings }) {
  const [given, setGiven] = useState<Given>(stored)
  const { processor, graphics } = given
  const slots = isCount(processor) && isCount(graphics) ? { processor, graphics } : undefined
  const isChanged = processor !== stored.processor || graphics !== stored.graphics
  const saving = useMutation({
    mutationFn: (wanted: SlotSettings) => api.lab.setSlots.mutate(wanted),
    onSuccess(now) {
      notifyDone('Kept: it holds for the next run to start')
      queryClient.setQueryData(trpc.lab.slots.queryKey(), now)
    },
  })
  const save = (event: FormEvent): void => {
    event.preventDefault()
    if (slots !== undefined) saving.mutate(slots)
  }
  const count = (of: keyof SlotSettings, label: string) => (
    <NumberInput
      label={label}
      value={given[of]}
      onChange={(value) => setGiven({ ...given, [of]: value })}
      min={1}
      max={most}
      clampBehavior="none"
      allowDecimal={false}
      w="9rem"
      error={isCount(given[of]) ? undefined : `A whole number, 1 to ${most}`}
    />
  )
  return (
    <form onSubmit={save}>
      <Group align="flex-start" gap="md">
        {count('processor', 'Processor')}
        {count('graphics', 'Graphics device')}
        <Button
          type="submit"
          variant="default"
          mt="1.55rem"
          disabled={slots === undefined || !isChanged}
          loading={saving.isPending}
        >
          Save
        </Button>
      </Group>
      {saving.error !== null && <ErrorNote title="It could not be kept" error={saving.error} />}
    </form>
  )
}

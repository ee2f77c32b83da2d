import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { StudySummary } from '../../../../shared/api/studies.ts'
import { axisFields } from '../../../../shared/study/paths.ts'
import { counted } from '../../../format/format.ts'
import { baseOf } from '../new/studyDraft.ts'
import { extendStudy } from '../studyActs.ts'
import { settingText } from '../words.ts'
import { aroundBest } from './around.ts'
import { readNumbers } from './readNumbers.ts'
import type { Sweep } from './useSweep.ts'

interface AddValuesProps {
  readonly study: StudySummary
  readonly sweep: Sweep
  readonly onClose: () => void
}

/** Values to try around the best, of each numeric axis; proposed here, and changed as the user likes. */
export function AddValues({ study, sweep, onClose }: AddValuesProps) {
  const { best, nameOf, spec } = sweep
  // A search that draws its values has no grid for them to join: they are tried with the best setting's others.
  const isDrawn = spec.search.method === 'random' || spec.search.method === 'quasiRandom'
  const axes = sweep.axes.filter(({ scale }) => scale !== 'categories')
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() => {
    const base = baseOf(spec)
    const fields = base === undefined ? [] : axisFields(base)
    return Object.fromEntries(
      axes.map((axis) => {
        const limits = fields.find(({ path }) => path === axis.path)?.limits
        return [axis.path, aroundBest(axis, best?.settings[axis.path], limits).join(', ')]
      }),
    )
  })
  const [isBusy, setBusy] = useState(false)
  const read = axes.map(({ path }) => ({ path, values: readNumbers(texts[path] ?? '') }))
  const isWrong = read.some(({ values }) => values === undefined)
  const wanted = read.flatMap(({ path, values = [] }) => (values.length > 0 ? [{ path, values }] : []))
  const added = wanted.reduce((sum, { values }) => sum + values.length, 0)
  const add = async (): Promise<void> => {
    setBusy(true)
    const isDone = await extendStudy(
      study,
      { values: wanted, ...(isDrawn && { of: best?.cells.map(({ key }) => key) ?? [] }) },
      `${counted(added, 'value')} added to ${study.name}`,
    )
    setBusy(false)
    if (isDone) onClose()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title="Add values around the best"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Half-way to the neighbours of the best value, and one step beyond where it is the last.{' '}
          {isDrawn
            ? 'Each is tried with the best setting’s other values and seeds.'
            : 'The study searches them as it searched the others.'}
        </Text>
        {axes.length === 0 && <Text size="sm">None of its axes is of numbers.</Text>}
        {axes.map(({ path }) => (
          <TextInput
            key={path}
            size="xs"
            label={`${nameOf(path)}, best ${settingText(best?.settings[path])}`}
            placeholder="none"
            value={texts[path] ?? ''}
            error={
              read.find((one) => one.path === path)?.values === undefined &&
              'must be numbers with commas between them'
            }
            onChange={({ currentTarget: { value } }) => setTexts({ ...texts, [path]: value })}
          />
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={isWrong || added === 0} loading={isBusy} onClick={() => void add()}>
            Add {counted(added, 'value')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

import { ActionIcon, Menu, Text, UnstyledButton } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import { methodWords } from '../../shared/ensemble/methods.ts'
import { scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import { TryItDialog } from '../try-it/TryItDialog.tsx'
import { AveragedItems } from './AveragedItems.tsx'
import classes from './Ensemble.module.css'
import { EnsembleName } from './EnsembleName.tsx'
import { Section } from './Section.tsx'
import { deleteEnsembles } from './saved.ts'
import { membersWords } from './words.ts'

interface SavedListProps {
  readonly ensembles: readonly EnsembleInfo[]
  readonly open: number | undefined
  readonly onOpen: (ensemble: EnsembleInfo) => void
}

/** Saved ensembles that have members of these runs. */
export function SavedList({ ensembles, open, onOpen }: SavedListProps) {
  if (ensembles.length === 0) return null
  return (
    <Section title="Saved ensembles" level={3}>
      <ul className={classes.saved}>
        {ensembles.map((ensemble) => (
          <SavedRow key={ensemble.id} ensemble={ensemble} isOpen={ensemble.id === open} onOpen={onOpen} />
        ))}
      </ul>
    </Section>
  )
}

interface SavedRowProps {
  readonly ensemble: EnsembleInfo
  readonly isOpen: boolean
  readonly onOpen: SavedListProps['onOpen']
}

function SavedRow({ ensemble, isOpen, onOpen }: SavedRowProps) {
  const [isRenaming, setRenaming] = useState(false)
  const [measure] = useScoreMeasure()
  const { name, method, testAccuracy, valAccuracy } = ensemble
  const accuracy = testAccuracy ?? valAccuracy
  return (
    <li className={classes.savedRow} data-open={isOpen || undefined}>
      <EnsembleName ensemble={ensemble} isRenaming={isRenaming} onDone={() => setRenaming(false)}>
        <UnstyledButton
          fz="inherit"
          className={classes.savedName}
          aria-current={isOpen || undefined}
          onClick={() => onOpen(ensemble)}
        >
          {name}
        </UnstyledButton>
      </EnsembleName>
      <Text size="xs" c="dimmed">
        {methodWords[method].title}, {membersWords(ensemble)}
        {accuracy !== null &&
          ` · ${testAccuracy === null ? 'validation' : 'test'} ${measure} ${scoreText(accuracy, measure, 2)}`}
      </Text>
      <SavedMenu ensemble={ensemble} onRename={() => setRenaming(true)} />
    </li>
  )
}

interface SavedMenuProps {
  readonly ensemble: EnsembleInfo
  readonly onRename: () => void
}

export function SavedMenu({ ensemble, onRename }: SavedMenuProps) {
  const navigate = useNavigate()
  const [isTrying, setTrying] = useState(false)
  return (
    <>
      <TryItDialog
        name={ensemble.name}
        predictor={{ type: 'ensemble', id: ensemble.id }}
        opened={isTrying}
        onClose={() => setTrying(false)}
      />
      <Menu position="bottom-end" transitionProps={{ duration: 80 }} returnFocus={false}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`More for ${ensemble.name}`}>
            ⋯
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setTrying(true)}>Try it…</Menu.Item>
          {ensemble.method !== 'weightAverage' && (
            <Menu.Item onClick={() => void navigate({ to: '/mistakes', search: { saved: ensemble.id } })}>
              Mistakes
            </Menu.Item>
          )}
          <Menu.Item onClick={onRename}>Rename</Menu.Item>
          {ensemble.method === 'weightAverage' && (
            <>
              <AveragedItems members={ensemble.members} />
              <Menu.Divider />
            </>
          )}
          <Menu.Item color="red" onClick={() => void deleteEnsembles([ensemble])}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

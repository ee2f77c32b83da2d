import { Button, Menu, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type EnsembleInfo, saveEnsemble as schema } from '../../shared/api/ensembles.ts'
import { type EnsembleChoice, ensembleModelsUrl, ensemblePredictionsUrl } from '../../shared/api/urls.ts'
import { download } from '../components/download.ts'
import { proposedName } from './candidates.ts'
import { combinationOf, findSaved } from './combination.ts'
import classes from './Ensemble.module.css'
import { saveEnsemble } from './saved.ts'
import type { EnsembleModel } from './useEnsemble.ts'

interface SaveBarProps {
  readonly model: EnsembleModel
  readonly saved: readonly EnsembleInfo[]
}

/** Keeps the combination as it stands under a name, and gives it away as files. */
export function SaveBar({ model, saved }: SaveBarProps) {
  const { candidates, shares, isChoosing } = model
  const combination = combinationOf(model)
  const proposal = proposedName(
    candidates,
    candidates.filter((_, k) => (shares[k] ?? 0) > 0),
  )
  const known = findSaved(saved, combination)
  const empty = combination.members.length === 0 || isChoosing
  return (
    <div className={classes.saveBar}>
      {known === undefined ? (
        <NameAndSave key={proposal} proposal={proposal} combination={combination} disabled={empty} />
      ) : (
        <Text size="sm" className={classes.savedAs}>
          Saved as <b>{known.name}</b>
        </Text>
      )}
      <ExportMenu model={model} combination={combination} disabled={empty} />
    </div>
  )
}

interface NameAndSaveProps {
  readonly proposal: string
  readonly combination: EnsembleChoice
  readonly disabled: boolean
}

function NameAndSave({ proposal, combination, disabled }: NameAndSaveProps) {
  const [name, setName] = useState(proposal)
  const [isSaving, setSaving] = useState(false)
  const checked = schema.shape.name.safeParse(name)
  const problem = checked.success || disabled ? undefined : checked.error.issues[0]?.message
  const save = async () => {
    if (!checked.success) return
    setSaving(true)
    await saveEnsemble({ name: checked.data, ...combination, members: [...combination.members] })
    setSaving(false)
  }
  return (
    <form
      className={classes.saveForm}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <TextInput
        aria-label="Name of the ensemble"
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        error={problem === undefined ? undefined : `The name ${problem}`}
        disabled={disabled}
      />
      <Button type="submit" disabled={disabled || problem !== undefined || isSaving}>
        Save
      </Button>
    </form>
  )
}

interface ExportMenuProps {
  readonly model: EnsembleModel
  readonly combination: EnsembleChoice
  readonly disabled: boolean
}

function ExportMenu({ model: { bench }, combination, disabled }: ExportMenuProps) {
  const parts = [bench.test, bench.validation].flatMap((part) => part?.part ?? [])
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <Button variant="default" disabled={disabled}>
          Export…
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Models and how they are combined</Menu.Label>
        <Menu.Item onClick={() => download(ensembleModelsUrl(combination, 'tfjs'))}>
          TensorFlow.js models (.tar)
        </Menu.Item>
        <Menu.Item onClick={() => download(ensembleModelsUrl(combination, 'safetensors'))}>
          safetensors (.tar)
        </Menu.Item>
        <Menu.Label>Predictions</Menu.Label>
        {parts.map((part) => (
          <Menu.Item key={part} onClick={() => download(ensemblePredictionsUrl(combination, part))}>
            {part === 'test' ? 'Test' : 'Validation'} predictions (.csv)
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

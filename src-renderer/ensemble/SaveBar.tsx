import { Button, Menu, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import { type EnsembleChoice, ensembleModelsUrl, ensemblePredictionsUrl } from '../../shared/api/urls.ts'
import { combinationOf, findSaved } from '../../shared/ensemble/combination.ts'
import { download } from '../components/download.ts'
import { proposedName } from './candidates.ts'
import classes from './Ensemble.module.css'
import { SaveForm } from './SaveForm.tsx'
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
        <SaveForm
          key={proposal}
          of="ensemble"
          proposal={proposal}
          disabled={empty}
          onSave={(name) => saveEnsemble({ name, ...combination, members: [...combination.members] })}
        />
      ) : (
        <Text size="sm" className={classes.savedAs}>
          Saved as <b>{known.name}</b>
        </Text>
      )}
      <div className={classes.saveActions}>
        <ToMistakes combination={combination} disabled={empty} />
        <ExportMenu model={model} combination={combination} disabled={empty} />
      </div>
    </div>
  )
}

interface ToMistakesProps {
  readonly combination: EnsembleChoice
  readonly disabled: boolean
}

function ToMistakes({ combination: { method, members }, disabled }: ToMistakesProps) {
  const navigate = useNavigate()
  const search = {
    members: members.map(({ snapshotId }) => snapshotId),
    ...(method !== 'average' && { method }),
    ...(method === 'weighted' && { weights: members.map(({ weight }) => weight) }),
  }
  return (
    <Button variant="default" disabled={disabled} onClick={() => void navigate({ to: '/mistakes', search })}>
      Mistakes
    </Button>
  )
}

/** Of NumPy, the archive: it has the labels as well. */
const formats = ['csv', 'parquet', 'npz'] as const

interface ExportMenuProps {
  readonly model: EnsembleModel
  readonly combination: EnsembleChoice
  readonly disabled: boolean
}

function ExportMenu({ model: { workbench }, combination, disabled }: ExportMenuProps) {
  const parts = [workbench.test, workbench.validation].flatMap((part) => part?.part ?? [])
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
        <Menu.Item onClick={() => download(ensembleModelsUrl(combination, 'onnx'))}>
          One ONNX file with all members
        </Menu.Item>
        <Menu.Label>Predictions</Menu.Label>
        {parts.flatMap((part) =>
          formats.map((format) => (
            <Menu.Item
              key={`${part}.${format}`}
              onClick={() => download(ensemblePredictionsUrl(combination, part, format))}
            >
              {part === 'test' ? 'Test' : 'Validation'} predictions (.{format})
            </Menu.Item>
          )),
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

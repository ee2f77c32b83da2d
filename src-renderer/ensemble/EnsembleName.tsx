import { Button, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { type EnsembleInfo, renameEnsemble as schema } from '../../shared/api/ensembles.ts'
import classes from './Ensemble.module.css'
import { renameEnsemble } from './saved.ts'

interface EnsembleNameProps {
  readonly ensemble: EnsembleInfo
  /** What stands while it is not being renamed. */
  readonly children: ReactNode
  readonly isRenaming: boolean
  readonly onDone: () => void
}

/** A name, or the field that changes it: Enter keeps the new one, Escape the old one. */
export function EnsembleName({ ensemble, children, isRenaming, onDone }: EnsembleNameProps) {
  if (!isRenaming) return children
  return <NameField ensemble={ensemble} onDone={onDone} />
}

function NameField({ ensemble, onDone }: Pick<EnsembleNameProps, 'ensemble' | 'onDone'>) {
  const [name, setName] = useState(ensemble.name)
  const checked = schema.shape.name.safeParse(name)
  const problem = checked.success
    ? undefined
    : `The name ${checked.error.issues[0]?.message ?? 'is not usable'}`
  const keep = async () => {
    if (!checked.success) return
    if (checked.data === ensemble.name || (await renameEnsemble(ensemble.id, checked.data))) onDone()
  }
  return (
    <form
      className={classes.saveForm}
      onSubmit={(event) => {
        event.preventDefault()
        void keep()
      }}
    >
      <TextInput
        aria-label={`New name of ${ensemble.name}`}
        data-autofocus
        autoFocus
        value={name}
        error={problem}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone()
        }}
      />
      <Button type="submit" variant="default" disabled={problem !== undefined}>
        Rename
      </Button>
    </form>
  )
}

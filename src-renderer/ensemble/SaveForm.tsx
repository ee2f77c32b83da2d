import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { saveEnsemble as schema } from '../../shared/api/ensembles.ts'
import classes from './Ensemble.module.css'

interface SaveFormProps {
  /** Of what the name is: "ensemble". */
  readonly of: string
  /** The name to begin with; give it as the key too, so that another one takes its place. */
  readonly proposal: string
  readonly disabled?: boolean
  readonly onSave: (name: string) => Promise<void>
}

/** A name, and the button that keeps something under it. */
export function SaveForm({ of, proposal, disabled = false, onSave }: SaveFormProps) {
  const [name, setName] = useState(proposal)
  const [isSaving, setSaving] = useState(false)
  const checked = schema.shape.name.safeParse(name)
  const problem = checked.success || disabled ? undefined : checked.error.issues[0]?.message
  const save = async () => {
    if (!checked.success) return
    setSaving(true)
    await onSave(checked.data)
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
        aria-label={`Name of the ${of}`}
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

import { Button, Group, Modal, NumberInput, SegmentedControl, Text } from '@mantine/core'
import { useState } from 'react'
import { UserError } from '../../../../shared/errors.ts'
import { fromPyTorch } from '../../../../shared/schedule/import/pytorch/fromPyTorch.ts'
import type { SchedulePlan } from '../../../../shared/schedule/index.ts'
import { useForm } from '../form.ts'
import { filled } from '../model/switchFamily.ts'
import classes from '../TextView.module.css'

interface PastePyTorchProps {
  readonly plan: SchedulePlan
  readonly onClose: () => void
}

/** A PyTorch scheduler's text, which becomes the schedule; loaded when it is first opened. */
export function PastePyTorch({ plan, onClose }: PastePyTorchProps) {
  const { set } = useForm()
  const [text, setText] = useState('')
  const [lr, setLr] = useState<number | string>(0.1)
  const [interval, setInterval] = useState<'step' | 'epoch'>('epoch')
  const [problem, setProblem] = useState<UserError>()
  const [notes, setNotes] = useState<readonly string[]>([])
  const read = (): void => {
    try {
      const told = { ...(typeof lr === 'number' && { lr }), stepsPerEpoch: plan.stepsPerEpoch }
      const found = fromPyTorch(text, { ...told, plan, interval })
      set(['schedule'], filled(found.spec))
      setProblem(undefined)
      if (found.notes.length === 0) onClose()
      else setNotes(found.notes)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      setNotes([])
      setProblem(error)
    }
  }
  return (
    <Modal opened onClose={onClose} title="Paste from PyTorch" size="lg">
      <div className={classes.view}>
        <textarea
          className={classes.text}
          aria-label="PyTorch scheduler"
          aria-invalid={problem !== undefined}
          placeholder="scheduler = CosineAnnealingLR(optimizer, T_max=90)"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {problem !== undefined && (
          <div role="alert" className={classes.problems}>
            <p>{problem.message}</p>
            {problem.picture !== '' && <pre>{problem.picture}</pre>}
          </div>
        )}
        {notes.length > 0 && (
          <Text role="status" size="sm">
            {`The schedule is set. ${notes.join(' ')}`}
          </Text>
        )}
        <Group align="end" justify="space-between">
          <Group align="end">
            <NumberInput
              label="Rate of the optimizer"
              description="where the text makes none"
              min={0}
              value={lr}
              onChange={setLr}
            />
            <SegmentedControl
              aria-label="When scheduler.step() is called"
              value={interval}
              onChange={setInterval}
              data={[
                { value: 'epoch', label: 'stepped every epoch' },
                { value: 'step', label: 'every step' },
              ]}
            />
          </Group>
          <Button onClick={read} disabled={text.trim() === ''}>
            Take as schedule
          </Button>
        </Group>
      </div>
    </Modal>
  )
}

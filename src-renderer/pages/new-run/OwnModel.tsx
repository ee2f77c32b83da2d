import { Button, FileButton, Text } from '@mantine/core'
import { useState } from 'react'
import { LazyJsonEditor } from '../../components/editor/LazyJsonEditor.tsx'
import { notifyError } from '../../components/notify.ts'
import { bytes } from '../../format/format.ts'
import { useForm } from './form.ts'
import { problemAt } from './model/fields.ts'
import { readTree, topologyJson, topologyText } from './model/topology.ts'
import classes from './TextView.module.css'

const path = ['model', 'topology'] as const
const name = 'model.topology'

/** A topology is text: one of more than this is weights by mistake. */
const mostBytes = 20_000_000

/** The editor of a model of the user's own: its text, a file to open, and what keeps it from being trained. */
export function OwnModel({ value }: { readonly value: unknown }) {
  const { set, problems } = useForm()
  const { text, typed } = useTypedJson(value)
  const problem = problemAt(problems, name, 'The model')
  const change = (next: string) => {
    typed(next)
    set(path, readTree(next))
  }
  const open = async (file: File | null): Promise<void> => {
    if (file === null) return
    if (file.size > mostBytes) {
      const most = bytes(mostBytes)
      notifyError(
        `${file.name} was not opened`,
        new Error(
          `A topology has at most ${most}, and this file has ${bytes(file.size)}; choose its model.json.`,
        ),
      )
      return
    }
    change(await file.text())
  }
  return (
    <section className={classes.view} aria-label="Model of your own" data-path={name} tabIndex={-1}>
      <div className={classes.bar}>
        <Text size="xs" c="dimmed">
          A LayersModel of tfjs or Keras: model.json, or what model.to_json() gives. Weights are not read.
        </Text>
        <div className={classes.buttons}>
          <FileButton accept=".json,application/json" onChange={(file) => void open(file)}>
            {(props) => (
              <Button {...props} size="compact-xs" variant="default">
                Open a file…
              </Button>
            )}
          </FileButton>
          <Button
            size="compact-xs"
            variant="default"
            disabled={typeof value === 'string'}
            onClick={() => change(topologyJson(value))}
          >
            Tidy up
          </Button>
        </div>
      </div>
      <LazyJsonEditor
        label="Topology of the model"
        text={text}
        onChange={change}
        isWrong={problem !== undefined}
        describedBy="topology-says"
      />
      <p id="topology-says" role="status" className={problem === undefined ? classes.fine : classes.problems}>
        {problem ?? topologyText(value)}
      </p>
    </section>
  )
}

/** What was typed stands as it was typed for as long as it means the topology of the draft. */
function useTypedJson(value: unknown) {
  const [typed, setTyped] = useState<string>()
  const isSame = typed !== undefined && JSON.stringify(readTree(typed)) === JSON.stringify(value)
  return { text: isSame ? typed : topologyJson(value), typed: setTyped }
}

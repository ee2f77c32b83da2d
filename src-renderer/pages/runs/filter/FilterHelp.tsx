import { Popover } from '@mantine/core'
import { useState } from 'react'
import classes from './Filter.module.css'
import { filterFields } from './fields.ts'

const examples: readonly (readonly [string, string])[] = [
  ['resnet sgdr', 'both words anywhere: name, tags, note, model, schedule'],
  ['best>=88% epochs<=30', 'at least 88 % in at most 30 epochs'],
  ['status:running,paused', 'either of the two'],
  ['tag:paper -tag:draft', 'the one tag, not the other'],
  ['(model:mlp OR model:cnn) lr>0.05', 'OR binds weaker than a blank'],
  ['age<2d duration>5m', 'made in the last two days, trained over five minutes'],
  ['kind:training', 'no range tests'],
  ['is:resumable', 'stopped, failed or interrupted before its end'],
  ['hparam.batch_size>32', 'as its program said, of runs trained elsewhere'],
  ['name="run 12"', 'exactly that name'],
]

export function FilterHelp({ onExample }: { readonly onExample: (text: string) => void }) {
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={440} shadow="md" trapFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.tool}
          aria-label="How to filter"
          title="How to filter"
          onClick={() => setOpened(!opened)}
        >
          ?
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="How to filter">
        <dl className={classes.examples}>
          {examples.map(([text, about]) => (
            <div key={text}>
              <dt>
                <button
                  type="button"
                  className={classes.example}
                  onClick={() => {
                    onExample(text)
                    setOpened(false)
                  }}
                >
                  {text}
                </button>
              </dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
        <p className={classes.fields}>Fields: {Object.keys(filterFields).join(', ')}, hparam.NAME.</p>
      </Popover.Dropdown>
    </Popover>
  )
}

import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import classes from './Elsewhere.module.css'
import { PathPicker } from './PathPicker.tsx'
import { isPredictionsFile, type PredictionsDraft, withFiles } from './predictionsDraft.ts'

interface PredictionFilesProps {
  readonly draft: PredictionsDraft
  readonly mistake: string | undefined
  readonly isBusy: boolean
  readonly onChange: (part: Partial<PredictionsDraft>) => void
}

/** The files in the order of their training: each becomes a member. */
export function PredictionFiles({ draft, mistake, isBusy, onChange }: PredictionFilesProps) {
  const [path, setPath] = useState('')
  const add = (given: string): void => {
    if (given.trim() !== '') onChange({ files: withFiles(draft, [given.trim()]).files })
  }
  /** After a file the folder stays, for the next one. */
  const pick = (given: string): void => {
    if (isPredictionsFile(given)) add(given)
    else setPath(given)
  }
  const { files } = draft
  return (
    <div className={classes.form}>
      <PathPicker
        label="File of predictions"
        description="On the machine Anneal runs on: .npy, .npz, .parquet or .csv, a row an example and a column a class; one file a model"
        path={path}
        error={mistake}
        disabled={isBusy}
        onType={setPath}
        onPick={pick}
        onEnter={() => add(path)}
      />
      {path.trim() !== '' && isPredictionsFile(path.trim()) && (
        <div className={classes.buttons}>
          <Button variant="default" disabled={isBusy} onClick={() => add(path)}>
            Add this file
          </Button>
        </div>
      )}
      {files.length > 0 && (
        <div className={classes.box}>
          <table aria-label="Files">
            <thead>
              <tr>
                <th scope="col" className={classes.few} data-number>
                  Member
                </th>
                <th scope="col">File</th>
                <th scope="col">Called</th>
                <th scope="col" aria-label="Leave out" />
              </tr>
            </thead>
            <tbody>
              {files.map((file, i) => (
                <tr key={file.path}>
                  <td data-number>{i + 1}</td>
                  <th scope="row" className={classes.cut} title={file.path}>
                    {lastName(file.path)}
                  </th>
                  <td>
                    <TextInput
                      aria-label={`Name of member ${i + 1}`}
                      placeholder={lastName(file.path)}
                      maxLength={200}
                      disabled={isBusy}
                      value={file.name}
                      onChange={({ currentTarget: { value: name } }) =>
                        onChange({ files: files.with(i, { ...file, name }) })
                      }
                    />
                  </td>
                  <td>
                    <Button
                      variant="subtle"
                      color="gray"
                      size="compact-xs"
                      disabled={isBusy}
                      aria-label={`Leave out ${lastName(file.path)}`}
                      onClick={() => onChange({ files: files.filter((other) => other !== file) })}
                    >
                      Leave out
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}

const lastName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path

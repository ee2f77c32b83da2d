import { Button } from '@mantine/core'
import { useState } from 'react'
import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { samplesUrl } from '../../../shared/api/urls.ts'
import { count, counted } from '../../format/format.ts'
import { useFileAddress } from '../../hooks/useFileAddress.ts'
import classes from './ClassTable.module.css'

/** A data set may have thousands of classes; so many rows are drawn at a time. */
const page = 100
const samples = 12
/** Pixels of the window. */
const sampleHeight = 32

export function ClassTable({ dataset }: { readonly dataset: DatasetInfo }) {
  const { classes: names, trainPerClass, testPerClass, testCount, kind } = dataset
  const [shown, setShown] = useState(page)
  const most = Math.max(1, ...trainPerClass, ...testPerClass)
  return (
    <>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">Training</th>
            {testCount > 0 && <th scope="col">Test</th>}
            {kind === 'image' && <th scope="col">Some of its training images</th>}
          </tr>
        </thead>
        <tbody>
          {names.slice(0, shown).map((name, place) => (
            <tr key={name}>
              <th scope="row" title={name}>
                {name}
              </th>
              <Amount value={trainPerClass[place] ?? 0} most={most} />
              {testCount > 0 && <Amount value={testPerClass[place] ?? 0} most={most} isTest />}
              {kind === 'image' && (
                <td className={classes.samples}>
                  <Samples dataset={dataset} place={place} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {shown < names.length && (
        <Button variant="default" mt="sm" onClick={() => setShown(shown + page)}>
          Show {Math.min(page, names.length - shown)} more of {count(names.length)}
        </Button>
      )}
    </>
  )
}

interface AmountProps {
  readonly value: number
  readonly most: number
  readonly isTest?: boolean
}

function Amount({ value, most, isTest = false }: AmountProps) {
  return (
    <td>
      <span className={classes.amount}>
        <span className={classes.number}>{count(value)}</span>
        <span className={classes.track} aria-hidden="true">
          <span
            className={classes.bar}
            data-part={isTest ? 'test' : 'train'}
            style={{ width: `${(100 * value) / most}%` }}
          />
        </span>
      </span>
    </td>
  )
}

/** One picture with its images side by side; its place is kept before it comes. */
function Samples({ dataset, place }: { readonly dataset: DatasetInfo; readonly place: number }) {
  const [height = 1, width = 1] = dataset.shape
  const number = Math.min(samples, dataset.trainPerClass[place] ?? 0)
  const { address, renew } = useFileAddress(samplesUrl(dataset.id, place, number))
  if (number === 0) return <span className={classes.none}>none</span>
  return (
    <img
      src={address}
      onError={renew}
      alt={`${counted(number, 'training image')} of ${dataset.classes[place]}`}
      width={Math.round((number * sampleHeight * width) / height)}
      height={sampleHeight}
      loading="lazy"
      decoding="async"
      data-small={height < 2 * sampleHeight}
    />
  )
}

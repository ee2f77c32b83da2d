import { Checkbox, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import type { ImportFormat } from '../../../../shared/data/importOptions.ts'
import type { Draft, PathField } from './draft.ts'
import classes from './ImportPanel.module.css'
import { LabelColumn } from './LabelColumn.tsx'
import type { Mistakes } from './mistakes.ts'
import { ColourLayout, LeftOutColumns, RowsAs } from './TableFields.tsx'

export interface FieldsProps {
  readonly draft: Draft
  readonly mistakes: Mistakes
  readonly onChange: (change: Partial<Draft>) => void
  /** The folder browser follows the path that is being given. */
  readonly onFocusPath: (field: PathField) => void
}

type TextField = Exclude<keyof Draft, 'format' | 'header' | 'without' | 'as' | 'layout'>

/** What is the same of every field of text. @param mistake its name in the import options, where that is another */
function text({ draft, mistakes, onChange }: FieldsProps, field: TextField, mistake: string = field) {
  return {
    value: draft[field],
    error: mistakes[mistake],
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  }
}

function path(props: FieldsProps, field: PathField) {
  return {
    ...text(props, field),
    onFocus: () => props.onFocusPath(field),
    spellCheck: false,
    autoComplete: 'off',
  }
}

/** The options that a format has for itself. */
export function FormatFields({ format, ...props }: FieldsProps & { readonly format: ImportFormat }) {
  switch (format) {
    case 'idx':
      return <IdxFields {...props} />
    case 'cifar':
      return <CifarFields {...props} />
    case 'csv':
      return <CsvFields {...props} />
    case 'parquet':
      return <TableFields {...props} />
    case 'numpy':
      return <NumpyFields {...props} />
    case 'images':
      return <ImagesFields {...props} />
  }
}

/** Those that all formats have. */
export function CommonFields(props: FieldsProps) {
  return (
    <>
      <TextInput label="Name" description="Empty: that of the file or folder" {...text(props, 'name')} />
      <TextInput label="Licence" description="Under which terms" {...text(props, 'license')} />
      <TextInput
        className={classes.wide}
        label="Source"
        description="Where it came from, in words"
        {...text(props, 'source')}
      />
    </>
  )
}

function IdxFields(props: FieldsProps) {
  return (
    <>
      <TextInput
        className={classes.wide}
        label="Labels file"
        description="Needed where the path is a file; in a folder, files of the standard names are found"
        {...path(props, 'labels')}
      />
      <TextInput label="Test images" description="A file, if any" {...path(props, 'testImages')} />
      <TextInput label="Test labels" description="A file, if any" {...path(props, 'testLabels')} />
      <Textarea
        className={classes.wide}
        label="Class names"
        description="Of labels 0, 1, … or of those in use, with commas; empty: the numbers themselves"
        autosize
        minRows={1}
        maxRows={4}
        {...text(props, 'classes')}
      />
    </>
  )
}

function NumpyFields(props: FieldsProps) {
  return (
    <>
      <TextInput
        className={classes.wide}
        label="Labels file"
        description="Needed where the path is a .npy file; an archive (.npz) has its labels itself"
        {...path(props, 'labels')}
      />
      <TextInput label="Test examples" description="A .npy file, if any" {...path(props, 'testImages')} />
      <TextInput label="Test labels" description="A .npy file, if any" {...path(props, 'testLabels')} />
      <TextInput
        className={classes.wide}
        label="Arrays of the archive"
        description="Examples, labels and those of the test part, with commas; empty: told by their names"
        spellCheck={false}
        {...text(props, 'arrays')}
      />
      <ColourLayout {...props} told="As the shape tells" />
    </>
  )
}

function CifarFields({ draft, mistakes, onChange }: FieldsProps) {
  return (
    <Select
      label="Labels"
      description="CIFAR-100 has two sets; CIFAR-10 only one"
      data={[
        { value: 'fine', label: 'Fine: 100 classes' },
        { value: 'coarse', label: 'Coarse: 20 classes' },
      ]}
      allowDeselect={false}
      value={draft.labelSet}
      error={mistakes.labels}
      onChange={(labelSet) => labelSet !== null && onChange({ labelSet })}
    />
  )
}

function CsvFields(props: FieldsProps) {
  const { draft, onChange } = props
  return (
    <>
      <TableFields {...props} />
      <TextInput
        label="Between cells"
        description="One character; \t is a tab"
        {...text(props, 'delimiter')}
      />
      <Checkbox
        className={classes.wide}
        label="The first line names the columns"
        checked={draft.header}
        onChange={({ currentTarget }) => onChange({ header: currentTarget.checked })}
      />
    </>
  )
}

/** Those of a table in whatever file. */
function TableFields(props: FieldsProps) {
  return (
    <>
      <LabelColumn {...props} />
      <LeftOutColumns {...props} />
      <RowsAs {...props} />
      {props.draft.as === 'table' && (
        <>
          <TextInput
            label="Categorical columns"
            description="Codes: numbers that only name something; with commas"
            {...text(props, 'categorical')}
          />
          <TextInput
            label="Most values of a categorical column"
            description="2 to 10 000; each becomes a feature"
            inputMode="numeric"
            {...text(props, 'maxCategories')}
          />
        </>
      )}
      <TextInput
        className={classes.wide}
        label="Test table"
        description="A file of the same columns, if any"
        {...path(props, 'testPath')}
      />
    </>
  )
}

function ImagesFields(props: FieldsProps) {
  const { draft, mistakes, onChange } = props
  const { error: wrongSize, ...height } = text(props, 'height', 'resize')
  const { error: _, ...width } = text(props, 'width', 'resize')
  return (
    <>
      <TextInput
        className={classes.wide}
        label="Test folder"
        description="With the same class folders, if any"
        {...path(props, 'testPath')}
      />
      <TextInput
        label="Scale to height"
        description="Pixels; empty: all have one size already"
        inputMode="numeric"
        error={wrongSize}
        {...height}
      />
      <TextInput
        label="and width"
        description="What overhangs is cut off"
        inputMode="numeric"
        error={wrongSize !== undefined}
        {...width}
      />
      <div className={classes.wide}>
        <span className={classes.label} id="import-channels">
          Colour
        </span>
        <SegmentedControl
          aria-labelledby="import-channels"
          data={[
            { value: '', label: 'As the images are' },
            { value: '1', label: 'Grey' },
            { value: '3', label: 'Colour' },
          ]}
          value={draft.channels}
          onChange={(channels) => onChange({ channels })}
        />
        {mistakes.channels && <p className={classes.mistake}>{mistakes.channels}</p>}
      </div>
    </>
  )
}

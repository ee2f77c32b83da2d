import { Button, Menu, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { SqlAnswer } from '../../../shared/api/sql.ts'
import { longestSqlAddress, sqlParquetUrl } from '../../../shared/api/urls.ts'
import { trpc } from '../../client.ts'
import { copyText } from '../../components/copyText.ts'
import { download } from '../../components/download.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { notifyDone, notifyError } from '../../components/notify.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { saveText } from '../../components/saveText.ts'
import { csvTable, markdownTable } from '../../components/tableText.ts'
import { AnswerTable } from './AnswerTable.tsx'
import { answerTable, answerWords } from './cells.ts'
import { type Asked, askOnce, keepStatement, type SqlAsked, statementsAsked } from './question.ts'
import { SchemaList } from './SchemaList.tsx'
import classes from './Sql.module.css'

const SqlEditor = lazy(() => import('./SqlEditor.tsx'))

const first = `SELECT name, status, schedule, best_val_accuracy, last_test_accuracy
FROM runs_view
ORDER BY best_val_accuracy DESC
LIMIT 100`

/** A question to the lab in SQL, which can only read. The statement is in the address; those asked before are kept here. */
export function SqlPage() {
  const { q } = useSearch({ from: '/sql' })
  const navigate = useNavigate({ from: '/sql' })
  const schema = useQuery(trpc.sql.schema.queryOptions())
  const [text, setText] = useState(q ?? first)
  const [seconds, setSeconds] = useState(10)
  const [asked, setAsked] = useState<Asked>({ state: 'none' })
  const [history, setHistory] = useState(statementsAsked)
  const cancel = useRef<() => void>(undefined)
  useEffect(() => () => cancel.current?.(), [])
  useEffect(() => {
    if (q !== undefined) setText(q)
  }, [q])
  const run = () => {
    cancel.current?.()
    void navigate({ search: { q: text.length > 20_000 ? undefined : text } })
    setHistory(keepStatement(text))
    cancel.current = askOnce(text, seconds, setAsked)
  }
  return (
    <main className={classes.page}>
      <PageHeader title="SQL" detail="One statement that reads. Nothing in the lab can be changed here." />
      <div className={classes.halves}>
        <div className={classes.work}>
          {schema.data === undefined ? (
            <div className={classes.editor} aria-busy="true" />
          ) : (
            <Suspense fallback={<div className={classes.editor} aria-busy="true" />}>
              <SqlEditor text={text} tables={schema.data} onChange={setText} onRun={run} />
            </Suspense>
          )}
          <div className={classes.bar}>
            {asked.state === 'running' ? (
              <Button variant="default" onClick={() => cancel.current?.()}>
                Cancel
              </Button>
            ) : (
              <Button onClick={run} title="Ctrl+Enter, or Cmd+Enter">
                Run
              </Button>
            )}
            <Select
              aria-label="Stop after"
              data={[10, 60, 300].map((n) => ({ value: String(n), label: `stop after ${n} s` }))}
              value={String(seconds)}
              allowDeselect={false}
              w={150}
              onChange={(value) => setSeconds(Number(value ?? 10))}
            />
            <History statements={history} onChoose={setText} />
            <Status asked={asked} />
            {asked.state === 'answered' && <Keep answer={asked.answer} question={asked.question} />}
          </div>
          {asked.state === 'failed' && <ErrorNote title="No answer" error={asked.error} />}
          {asked.state === 'answered' && <AnswerTable answer={asked.answer} />}
        </div>
        {schema.isError && <ErrorNote title="The tables could not be read" error={schema.error} />}
        {schema.data !== undefined && <SchemaList tables={schema.data} />}
      </div>
    </main>
  )
}

function Status({ asked }: { readonly asked: Asked }) {
  const words = {
    none: '',
    cancelled: 'Cancelled.',
    running: 'Running…',
    failed: '',
    answered: asked.state === 'answered' ? answerWords(asked.answer) : '',
  }[asked.state]
  return (
    <span role="status" className={classes.status}>
      {words}
    </span>
  )
}

interface HistoryProps {
  readonly statements: readonly string[]
  readonly onChoose: (sql: string) => void
}

function History({ statements, onChoose }: HistoryProps) {
  return (
    <Menu position="bottom-start" shadow="md" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <Button variant="default" disabled={statements.length === 0}>
          Earlier…
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.history ?? ''}>
        {statements.map((sql) => (
          <Menu.Item key={sql} title={sql} onClick={() => onChoose(sql)}>
            {sql.replace(/\s+/g, ' ').slice(0, 90)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

interface KeepProps {
  readonly answer: SqlAnswer
  readonly question: SqlAsked
}

function Keep({ answer, question: { sql, seconds } }: KeepProps) {
  const copy = async () => {
    if (await copyText(markdownTable(answerTable(answer)))) notifyDone('Copied as a Markdown table')
    else notifyError('The table could not be copied', new Error('The clipboard did not take it.'))
  }
  const address = sqlParquetUrl(sql, seconds)
  const isLong = address.length > longestSqlAddress
  return (
    <>
      <Button variant="default" onClick={() => void copy()}>
        Copy
      </Button>
      <Button
        variant="default"
        onClick={() => saveText('answer.csv', [csvTable(answerTable(answer))], 'text/csv')}
      >
        CSV
      </Button>
      <Button
        variant="default"
        disabled={isLong}
        title={
          isLong
            ? 'The statement is too long for this; use anneal sql --out answer.parquet'
            : 'All rows, in typed columns; the statement is answered anew'
        }
        onClick={() => download(address)}
      >
        Parquet
      </Button>
    </>
  )
}

import type { SqlTable } from '../../../shared/api/sql.ts'
import classes from './Sql.module.css'

const heads = { view: 'Views', function: 'From blobs', table: 'Tables' } as const

/** What can be asked for: each table opens to its columns, with what they mean. */
export function SchemaList({ tables }: { readonly tables: readonly SqlTable[] }) {
  return (
    <aside className={classes.schema} aria-label="Tables">
      {(['view', 'function', 'table'] as const).map((kind) => (
        <section key={kind}>
          <h2>{heads[kind]}</h2>
          {tables
            .filter((table) => table.kind === kind)
            .map(({ name, about, columns }) => (
              <details key={name}>
                <summary>{name}</summary>
                {about !== '' && <p>{about}</p>}
                <dl>
                  {columns.map((column) => (
                    <div key={column.name}>
                      <dt>
                        {column.name} <span>{column.type}</span>
                      </dt>
                      {column.about !== '' && <dd>{column.about}</dd>}
                    </div>
                  ))}
                </dl>
              </details>
            ))}
        </section>
      ))}
    </aside>
  )
}

import { writeFileSync } from 'node:fs'
import { schemaPage } from '../src-main/store/sql/schemaDoc.ts'

/* node .ci/makeSchemaPage.ts: docs/schema.md anew, after a migration was added. */

writeFileSync(new URL('../docs/schema.md', import.meta.url), schemaPage())

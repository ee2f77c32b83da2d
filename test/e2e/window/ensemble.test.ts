/*
 * From the snapshots of stored runs to an ensemble, theme by theme. They share one lab, host and window, so that the next
 * goes on where the one before it left the page: they run in this order.
 */
import './ensemble/choosing.ts'
import './ensemble/averagedWeights.ts'
import './ensemble/keeping.ts'
import './ensemble/workbench.ts'
import './ensemble/mistakesAndSql.ts'

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkDraft } from '../../../../src-renderer/pages/new-run/model/check.ts'
import { defaultSpec } from '../../../../src-renderer/pages/new-run/model/draft.ts'
import { readTree, topologyText } from '../../../../src-renderer/pages/new-run/model/topology.ts'

const problemOf = (text: string): string | undefined => {
  const model = { kind: 'layers', topology: readTree(text) }
  return checkDraft({ ...defaultSpec, model }, 9000).problems['model.topology']?.sentence
}

const layer = (name: string, ...from: string[]) => ({
  class_name: 'Dense',
  config: { name, units: 10 },
  name,
  inbound_nodes: from.length === 0 ? [] : [from.map((one) => [one, 0, 0, {}])],
})

test('what could never be trained is told before a run is started', () => {
  assert.match(problemOf('{}') ?? '', /^The model is empty/)
  assert.match(problemOf('') ?? '', /^The model is empty/)
  assert.match(problemOf('{ "class_name": ') ?? '', /^The model is not JSON/)
  assert.match(problemOf('[1]') ?? '', /object|no LayersModel|list/i)
  assert.match(problemOf('{ "class_name": "Model" }') ?? '', /config/)
  const ring = {
    class_name: 'Model',
    config: { layers: [layer('a', 'b'), layer('b', 'a')], output_layers: [['b', 0, 0]] },
  }
  assert.match(problemOf(JSON.stringify(ring)) ?? '', /in a ring/)
})

test('a model that can be trained is told by its layers', () => {
  const flat = { class_name: 'Flatten', config: { batch_input_shape: [null, 28, 28, 1] } }
  const model = { class_name: 'Sequential', config: { layers: [flat, layer('out')] } }
  assert.equal(problemOf(JSON.stringify(model)), undefined)
  assert.equal(topologyText(model), 'Sequential, 2\u202flayers')
  // As tfjs saves it, beside the names of its weights.
  assert.equal(problemOf(JSON.stringify({ modelTopology: model, weightsManifest: [] })), undefined)
})

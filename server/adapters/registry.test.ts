import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { AgentId } from '../contract/agent.ts'
import { adapters } from './registry.ts'

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
  .map((entry) => entry.name)

it('knows an adapter for every folder and no other', () => {
  expect(adapters.map((adapter) => adapter.id).sort()).toEqual(folders.sort())
})

it('names the same agents as the contract', () => {
  expect([...AgentId.options].sort()).toEqual(folders.sort())
})

/** What a file says of itself before anybody reads its documents: its standard, whose it is, and its numbers. */
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { headOf, isEdifact } from './whole.ts'

/** `readable`: it holds at least one document. No parties: it is neither X12 nor EDIFACT. */
export type FileContent = {
  standard: 'x12' | 'edifact'
  parties: string | undefined
  numbers: string[]
  readable: boolean
}

const MOST_NUMBERS = 5

export function contentOf(raw: Uint8Array): FileContent {
  if (isEdifact(headOf(raw))) {
    const { interchanges } = readEdifactInterchanges(raw)
    return {
      standard: 'edifact',
      parties: partiesOf(interchanges[0]?.header),
      numbers: interchanges.slice(0, MOST_NUMBERS).map(({ header }) => header.controlReference),
      readable: interchanges.some(({ messages }) => messages.length > 0),
    }
  }
  const { interchanges } = readX12Interchanges(raw)
  return {
    standard: 'x12',
    parties: partiesOf(interchanges[0]?.header),
    numbers: interchanges.slice(0, MOST_NUMBERS).map(({ header }) => header.controlNumber),
    readable: interchanges.some(({ groups }) => groups.some(({ sets }) => sets.length > 0)),
  }
}

const partiesOf = (header: { sender: { id: string }; receiver: { id: string } } | undefined): string | undefined =>
  header === undefined ? undefined : `${header.sender.id}/${header.receiver.id}`

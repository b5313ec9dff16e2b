/** The sentences of faults in streamed XML. */
import type { Issue, Place } from '#core/issue.ts'
import { xmlIssue } from './issues.ts'

const RAISE = 'Send smaller records, or raise the limit for this partner'

/** saxes begins its messages with line and column, which the place has already. */
export const syntax = (error: Error, place: Place): Issue =>
  xmlIssue(
    'xml.syntax',
    place,
    `A document is well-formed: ${error.message.replace(/^(?:\d+:)*\s*/, '').replace(/\.$/, '')}`,
    undefined,
    'Correct the document at this place, or have it sent again: it may have been cut off',
  )

export const doctype = (place: Place): Issue =>
  xmlIssue(
    'xml.doctype',
    place,
    'A document has no DOCTYPE: it can hide attacks',
    undefined,
    'Have the sender leave the declaration out',
  )

export const wrongRoot = (place: Place, name: string, expected: string): Issue =>
  xmlIssue('xml.root', place, `The root element is ${expected}`, name, 'Send the agreed document')

export const tooDeep = (place: Place, limit: number): Issue =>
  xmlIssue('xml.too-deep', place, `Elements are nested at most ${limit} deep`, undefined, RAISE)

export const tooManyAttributes = (place: Place, limit: number): Issue =>
  xmlIssue('xml.too-many-attributes', place, `An element has at most ${limit} attributes`, undefined, RAISE)

export const recordTooLarge = (place: Place, limit: number): Issue =>
  xmlIssue('xml.record-too-large', place, `A record ends within ${limit} characters`, undefined, RAISE)

export const undeclaredList = (place: Place, name: string): Issue => ({
  ...xmlIssue(
    'xml.undeclared-list',
    place,
    'An element of a record stands once',
    name,
    'Have the sender leave one out, or agree on what two of them mean',
  ),
  subject: name,
})

/** What a partner wants to see again, as the hub keeps it with the partner's own document; our maps made it, so they can read it. */
import type { DocumentContext } from '#mappings/x12/document.ts'

export const carriedOf = (document: object): Pick<DocumentContext, 'carried'> =>
  'carried' in document && document.carried !== undefined
    ? { carried: document.carried as NonNullable<DocumentContext['carried']> }
    : {}
